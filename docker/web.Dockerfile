# The web server, the clock and one-off commands. Without torch: it never renders.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.txt docker/requirements-nodeps.txt /tmp/
RUN sed '/^# Neural engines/,$d' /tmp/requirements.txt > /tmp/web.txt \
    && pip install -r /tmp/web.txt \
    && pip install --no-deps -r /tmp/requirements-nodeps.txt

RUN useradd --uid 10001 --create-home adforge && install -d -o adforge -g adforge -m 700 /data
COPY --chown=root:root . .
ENV ADFORGE_VAR=/data STATIC_ROOT=/app/staticfiles
RUN SECRET_KEY=only-for-collectstatic python manage.py collectstatic --noinput --verbosity 0

USER adforge
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost', 'X-Forwarded-Proto': 'https'}), timeout=4)"]
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["web"]
