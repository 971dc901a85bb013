# Leitai in a small image: the pages are built with Node, the static binary with Go, and neither is shipped.
FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist/ web/dist/
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /leitai ./cmd/leitai

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin leitai \
    && install -d -o leitai -g leitai -m 0750 /data
COPY --from=build /leitai /usr/local/bin/leitai
USER leitai
WORKDIR /data
ENV LEITAI_LISTEN=:8080 LEITAI_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["leitai", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["leitai"]
CMD ["serve"]
