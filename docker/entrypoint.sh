#!/bin/sh
# One word chooses what a container does; anything else is run as it is.
set -eu
cd /app
umask 077
mkdir -p "$ADFORGE_VAR/run"

case "${1:-web}" in
  prepare) exec python manage.py prepare ;;
  web)
    exec python -m gunicorn adforge.wsgi:application --bind 0.0.0.0:8000 --worker-class gthread \
      --workers "${WEB_WORKERS:-2}" --threads "${WEB_THREADS:-4}" --timeout 120 --access-logfile -
    ;;
  render) exec python -m celery --app adforge worker --queues cpu --concurrency "${ADFORGE_RENDER_WORKERS:-1}" --loglevel INFO ;;
  light) exec python -m celery --app adforge worker --queues io --concurrency 2 --loglevel INFO ;;
  beat) exec python -m celery --app adforge beat --pidfile= --loglevel INFO ;;
  *) exec "$@" ;;
esac
