# Parley as one image: `parley serve` on port 8000, as a user without rights, on a root file system that may be
# read-only. Nothing secret is in it: settings come from the environment (docs/running.md).

FROM python:3.12-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/parley
# First what changes least, so that a change of the code installs nothing anew.
COPY requirements.lock ./
RUN /opt/parley/bin/python -m pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml setup.py LICENSE ./
COPY app/ app/
COPY migrations/ migrations/
COPY static/ static/
COPY templates/ templates/
RUN /opt/parley/bin/python -m pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /opt/parley/bin/python -m pip install --no-index --no-deps /wheel/*.whl \
    && /opt/parley/bin/python -m pip uninstall --yes setuptools pip

FROM python:3.12-slim-trixie
# A number, because some hosts start only images that do not run as root and cannot look a name up.
RUN groupadd --gid 10001 parley \
    && useradd --uid 10001 --gid parley --home-dir /data --no-create-home --shell /usr/sbin/nologin parley \
    && install --directory --owner=parley --group=parley --mode=0700 /data
COPY --from=build /opt/parley /opt/parley
ENV PATH=/opt/parley/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PARLEY_DATABASE_URL=sqlite:////data/parley.db
WORKDIR /data
USER 10001:10001
EXPOSE 8000
# The start page needs the database too. It is asked for under a name that the settings allow.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["python", "-c", "\
from http.client import HTTPConnection; \
from app.settings import read_settings; \
host = (read_settings().hosts() or ['127.0.0.1'])[0].replace('*', 'localhost'); \
site = HTTPConnection('127.0.0.1', 8000, timeout=8); \
site.request('GET', '/', headers={'Host': host}); \
raise SystemExit(site.getresponse().status != 200)"]
ENTRYPOINT ["parley"]
CMD ["serve", "--host", "0.0.0.0"]
