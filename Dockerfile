# Two stages: wheels are made in the first, the second has neither compiler nor pip cache.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock .
RUN python -m venv /opt/genkan \
 && /opt/genkan/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY gateway gateway
COPY plugins plugins
RUN /opt/genkan/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --system --home-dir /var/lib/genkan --create-home --uid 10001 genkan
COPY --from=build /opt/genkan /opt/genkan
COPY conf/genkan.toml /etc/genkan/genkan.toml
# GENKAN_CONFIG: `init`, `keys` and the others read the same file as `serve`.
ENV PATH=/opt/genkan/bin:$PATH PYTHONUNBUFFERED=1 \
    GENKAN_CONFIG=/etc/genkan/genkan.toml GENKAN_SERVER__LISTEN_HOST=0.0.0.0
USER genkan
WORKDIR /var/lib/genkan
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=5s \
  CMD ["genkan", "health", "http://127.0.0.1:8000/readyz"]
ENTRYPOINT ["genkan"]
CMD ["serve"]
