#!/usr/bin/env bash
# What the tests need beside Go and Node: Postgres and Redis (they start their own, in temporary folders), a C compiler
# for the race detector, a browser and a Chinese font for the browser tests. Installs what is missing with apt-get
# where that is allowed; else names exactly what to install and fails, so that no test is skipped in silence.
set -u
cd "$(dirname "$0")/.."
# dpkg and Debian's postgres live in folders that a user's PATH may leave out.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

has() { command -v "$1" >/dev/null; }

missing() {
	compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || { has postgres && has initdb; } || echo postgresql
	has redis-server || echo redis-server
	bash scripts/check-tools.sh gcc 2>/dev/null || echo gcc libc6-dev
	bash scripts/chromium.sh >/dev/null || echo chromium
	has_chinese_font || echo fonts-noto-cjk
}

has_chinese_font() {
	if has fc-list; then
		[ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ]
	else
		compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null
	fi
}

as_root=()
if [ "$(id -u)" != 0 ]; then
	as_root=(sudo -n)
fi

packages=$(missing | paste -sd ' ' -)
[ -n "$packages" ] || exit 0

if has apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
	echo "installing for the tests: $packages"
	install=("${as_root[@]}" env "PATH=$PATH" DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
	# shellcheck disable=SC2086 # one word for each package
	"${install[@]}" update || true # an index that is old may still do
	"${install[@]}" install -y --no-install-recommends $packages </dev/null
	packages=$(missing | paste -sd ' ' -)
	[ -n "$packages" ] || exit 0
fi

cat >&2 <<TEXT
leitai: the tests need these, and they could not be installed here: $packages
  Debian, Ubuntu:  apt-get update && apt-get install $packages
  elsewhere:       PostgreSQL 14+, Redis 7+, a C compiler, Chromium, a Chinese font (Noto Sans CJK)
TEXT
exit 1
