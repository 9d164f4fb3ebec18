# The render worker: everything the web image has, plus torch, the models' packages and espeak-ng.
FROM python:3.11-slim-bookworm

# PyTorch's CPU index keeps several GB of CUDA libraries out of a CPU image; empty takes torch from PyPI.
ARG TORCH_INDEX=
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    OMP_NUM_THREADS=1 GLOG_minloglevel=2
WORKDIR /app

RUN apt-get update \
    && apt-get install --yes --no-install-recommends espeak-ng \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt docker/requirements-nodeps.txt /tmp/
RUN if [ -n "$TORCH_INDEX" ]; then pip install --index-url "$TORCH_INDEX" "$(grep '^torch==' /tmp/requirements.txt)"; fi \
    && pip install -r /tmp/requirements.txt \
    && pip install --no-deps -r /tmp/requirements-nodeps.txt

RUN useradd --uid 10001 --create-home adforge && install -d -o adforge -g adforge -m 700 /data
COPY --chown=root:root . .
ENV ADFORGE_VAR=/data

USER adforge
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["render"]
