# The hosted way: one image for web, worker, beat and migrate (see docker-compose.yml).
FROM python:3.13-slim-trixie AS packages
RUN python -m venv /opt/puskesos
COPY requirements.txt .
RUN /opt/puskesos/bin/pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --requirement requirements.txt

FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/puskesos puskesos
COPY --from=packages /opt/puskesos /opt/puskesos
WORKDIR /srv/puskesos
COPY . .
ENV PATH=/opt/puskesos/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PUSKESOS_DATA_DIR=/var/lib/puskesos \
    PUSKESOS_STATIC_ROOT=/srv/static
# Loading the settings makes a keys file; the one of the build must not stay in the image.
RUN python -m puskesmas.translations \
    && PUSKESOS_DATA_DIR=/tmp/build python manage.py collectstatic --noinput \
    && rm -rf /tmp/build
USER puskesos
VOLUME /var/lib/puskesos
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/', timeout=4)"]
CMD ["gunicorn", "puskesmas.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--log-level", "warning"]
