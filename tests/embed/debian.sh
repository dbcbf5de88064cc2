#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The packages in a Debian that has nothing else: they install with what they
# ask for, a relay runs as its unit runs it, two people pair and write, a
# program is built with libtacit-dev; and what is left when they go.
#
# usage: debian.sh BUILD     (as script/package).  Needs root.
. "$(dirname "$0")/../e2e/lib.sh"
. "$root/tests/support/debian_root.sh"

[ "$(id -u)" -eq 0 ] || die 'needs root'
room=$work/room
trap 'status=$?; debian_root_gone "$room"; clean_up "$status"' EXIT
"$root/script/package" "$1" >"$work/made.log" 2>&1 || die "$(cat "$work/made.log")"
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
debian_root "$room" "$suite" || die "$(tail -n 20 "$room.log")"
cp "$(cd "$root" && cd "$1" && pwd)"/packages/*.deb $room/srv

# apt COMMAND...: there
apt() {
	inside "$room" "apt-get -q -y --no-install-recommends $*" \
	    >"$work/apt.log" 2>&1 || die "apt-get $*: $(tail -n 20 "$work/apt.log")"
}
apt update

# ---- a relay, as its unit runs it ------------------------------------------------
apt install /srv/tacit-relay_*.deb
is 'libtacit' "$(find "$room/usr/lib" -name 'libtacit*')" ''
is 'whose it is' "$(inside "$room" 'id -un tacit-relay; id -gn tacit-relay
    getent passwd tacit-relay | cut -d: -f7')" \
    "$(printf '%s\n' tacit-relay tacit-relay /usr/sbin/nologin)"
unit=$room/usr/lib/systemd/system/tacit-relay.service
of_unit() {
	sed -n "s/^$1=//p" "$unit"
}
serve() {
	: >"$work/serve.out"
	# shellcheck disable=SC2046 # its words
	chroot --userspec="$(of_unit User):$(of_unit Group)" "$room" \
	    $(of_unit ExecStart) >"$work/serve.out" 2>"$work/serve.log" &
	relay_pid=$!
	pids+=("$relay_pid")
	for _ in $(seq 600); do
		grep -qs '^READY ' "$work/serve.out" && return
		kill -0 "$relay_pid" 2>/dev/null || break
		sleep 0.05
	done
	die "the relay does not start: $(cat "$work/serve.log")"
}
# What StateDirectory= does; another port than the one that others may have.
inside "$room" "install -d -m $(of_unit StateDirectoryMode) -o tacit-relay \
    -g tacit-relay /var/lib/$(of_unit StateDirectory)"
sed -i 's/^listen = .*/listen = "127.0.0.1:0"/' "$room/etc/tacit-relay.conf"
serve
has 'where it listens' "$(cat "$work/serve.out")" 'url=wss://127.0.0.1:'
is 'confinement' "$(inside "$room" \
    'tacit-relay status --data /var/lib/tacit-relay --json' |
    sed -n 's/.*"confinement":"\([a-z]*\)".*/\1/p')" full
is 'whom it runs as' "$(ps -o uid= -p "$relay_pid" | tr -d ' ')" \
    "$(inside "$room" 'id -u tacit-relay')"

# ---- two people --------------------------------------------------------------------
apt install /srv/libtacit0_*.deb /srv/tacit_*.deb
url=$(sed -n 's/^READY url=\([^ ]*\).*/\1/p' "$work/serve.out")
admit="tacit-relay admit --data /var/lib/tacit-relay --url $url"
tacit=$work/tacit
cat >"$tacit" <<T
#!/bin/sh
exec env TACIT_PASSPHRASE_FILE="\${TACIT_PASSPHRASE_FILE#$room}" TACIT_ARGON_MIB=64 \\
    chroot "$room" /usr/bin/tacit "\$@"
T
chmod +x "$tacit"
# The vaults lie in the room.
as() {
	TACIT_PASSPHRASE_FILE="$room/srv/$1.pass" \
	    "$tacit" --vault "/srv/$1.vault" --json "${@:2}"
}
for who in anna ben; do
	(umask 077 && echo "the passphrase of $who" >"$room/srv/$who.pass")
	echo "$who" | as "$who" init >/dev/null
done
inside "$room" "$admit" | as anna relay add >/dev/null
pair anna ben --in-person
greet anna ben
is 'what Ben hears' "$(as ben sync | texts)" hello

# ---- a program ------------------------------------------------------------------------
apt install /srv/libtacit-dev_*.deb gcc libc6-dev pkg-config
inside "$room" "cc -std=c99 -Wall -Wextra -Werror -o /srv/hello \
    /usr/share/doc/libtacit-dev/examples/hello.c \$(pkg-config --cflags --libs tacit)"
inside "$room" "cc -o /srv/still /usr/share/doc/libtacit-dev/examples/hello.c \
    -l:libtacit.a \$(pkg-config --static --libs tacit | sed s/-ltacit//)"
is 'linked statically' "$(inside "$room" 'ldd /srv/still' | grep -c libtacit)" 0
inside "$room" "cd /srv; export HELLO_PASSPHRASE='of a test'
    $admit | timeout 200 ./hello c.vault Clara 2>c | timeout 200 ./still d.vault Dora 2>d"
is 'Clara' "$(cat "$room/srv/c")" 'Clara heard: Hello from Dora.'
is 'Dora' "$(cat "$room/srv/d")" 'Dora heard: Hello from Clara.'

# ---- again, and away --------------------------------------------------------------------
stop_relay
apt install --reinstall /srv/tacit-relay_*.deb
has 'the configuration after an upgrade' \
    "$(cat "$room/etc/tacit-relay.conf")" 'listen = "127.0.0.1:0"'
serve
stop_relay
apt purge tacit-relay tacit libtacit0 libtacit-dev
is 'what is left of the product' "$(find "$room/usr" "$room/etc" \
    -path '*/deb-systemd-helper*' -prune -o -iname '*tacit*' -print)" ''
has 'and of its letters' "$(ls "$room/var/lib/tacit-relay")" relay.db
has 'and their bodies' "$(ls "$room/var/lib/tacit-relay")" relay.bodies
finish
