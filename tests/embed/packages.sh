#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The Debian packages: they build, hold what they should and nothing else, ask
# for what is loaded at run time; lintian finds no error; the relay's unit is
# narrow, and lets the relay do what it does.
#
# usage: packages.sh BUILD [CMAKE-OPTION...]     (as script/package)
. "$(dirname "$0")/../e2e/lib.sh"

"$root/script/package" "$@" >"$work/made.log" 2>&1 || die "$(cat "$work/made.log")"
made=$(cd "$root" && cd "$1" && pwd)/packages
is 'packages' "$(ls "$made" | sed 's/_[^_]*$//' | tr '\n' ' ')" \
    'libtacit-dev_0.1.0-1 libtacit0_0.1.0-1 tacit-relay_0.1.0-1 tacit_0.1.0-1 '

mkdir "$work/control"
for deb in "$made"/*.deb; do
	name=$(basename "${deb%%_*}")
	dpkg-deb -x "$deb" "$work/root"
	dpkg-deb -e "$deb" "$work/control/$name"
	dpkg-deb -c "$deb" | awk '$1 !~ /^d/ { print $6 }' |
	    sed 's,^\./,,; s,/[a-z0-9_]*-linux-gnu[a-z0-9_]*/,/ARCH/,' |
	    grep -vE '^usr/share/(doc|man)/' | sort >"$work/$name.files"
	for file in copyright changelog.gz changelog.Debian.gz NOTICE; do
		is "$name: $file" \
		    "$(test -s "$work/root/usr/share/doc/$name/$file" && echo yes)" yes
	done
	is "$name: who owns it" \
	    "$(dpkg-deb -c "$deb" | awk '{ print $2 }' | sort -u)" root/root
	is "$name: others can write" \
	    "$(dpkg-deb -c "$deb" | awk '$1 ~ /^[^l].......w/ { print $6 }')" ''
done
is 'tacit' "$(cat "$work/tacit.files")" 'usr/bin/tacit'
is 'tacit-relay' "$(tr '\n' ' ' <"$work/tacit-relay.files")" \
    'etc/tacit-relay.conf usr/bin/tacit-relay usr/lib/systemd/system/tacit-relay.service '
is 'libtacit0' "$(grep -v '\.0\.1\.0$' "$work/libtacit0.files" | tr '\n' ' ')" \
    'usr/lib/ARCH/libtacit.so.0 usr/lib/ARCH/libtacit_practice.so.0 '
(cd "$root/client-lib/include" && find tacit -name '*.h' && echo tacit/error.h) |
    sort >"$work/headers"
is 'headers' "$(sed -n 's,^usr/include/,,p' "$work/libtacit-dev.files")" \
    "$(cat "$work/headers")"
for file in libtacit.so libtacit.a libtacit_practice.so libtacit_practice.a \
    libtacit_wipe.a pkgconfig/tacit.pc pkgconfig/tacit_practice.pc \
    cmake/Tacit/TacitConfig.cmake; do
	has 'libtacit-dev' "$(cat "$work/libtacit-dev.files")" "usr/lib/ARCH/$file"
done
lib=$(dirname "$(find "$work/root" -name libtacit.so.0)")
for name in libtacit libtacit_practice; do
	has "name of $name" "$(readelf -d "$lib/$name.so.0")" "soname: [$name.so.0]"
	has 'what others depend on' "$(cat "$work/control/libtacit0/shlibs")" \
	    "$name 0 libtacit0 (>= 0.1.0)"
done
has 'the linker is told' "$(cat "$work/control/libtacit0/triggers")" ldconfig
is 'conffile' "$(cat "$work/control/tacit-relay/conffiles")" /etc/tacit-relay.conf
for script in "$work"/control/*/{postinst,prerm,postrm}; do
	if [ -e "$script" ]; then sh -n "$script"; fi
done

# needs PACKAGE OTHER: as a dependency of its own, with a version if given
needs() {
	has "$1 needs" ", $(dpkg-deb -f "$made/$1"_*.deb Depends)," ", $2"
}
needs tacit-relay 'libwebsockets-evlib-ev,'
needs tacit-relay 'adduser,'
needs libtacit0 'libwebsockets-evlib-uv,'
needs tacit 'libtacit0 (= 0.1.0-1)'
needs libtacit-dev 'libtacit0 (= 0.1.0-1)'
for part in libc6 libwebsockets libssl3 libsqlite3-0 libsodium23; do
	needs tacit-relay "$part"
	needs libtacit0 "$part"
done
needs tacit libreadline
needs libtacit0 libsignal-protocol-c2
lacks 'the relay and GPL' "$(dpkg-deb -f "$made"/tacit-relay_*.deb Depends)" signal
for module in $(sed -n 's/^Requires.private: //p' "$root"/client-lib/*.pc.in |
    tr ' ' '\n' | sort -u); do
	needs libtacit-dev "$(dpkg -S "*/$module.pc" | sed 's/:.*//' | head -n 1)"
done

is 'paths of where it was built' "$(grep -rlF "$root" "$work/root")" ''
is 'search paths' "$(find "$work/root" -type f \( -name 'tacit*' -o -name '*.so.*' \) \
    -exec readelf -d {} + 2>/dev/null | grep -E 'R(UN)?PATH')" ''
is 'errors of lintian' "$(lintian --allow-root --fail-on none "$made"/*.deb |
    grep '^E:')" ''

# ---- the unit ------------------------------------------------------------------
unit=$work/root/usr/lib/systemd/system/tacit-relay.service
systemd-analyze security --offline=true --no-pager "$unit" >"$work/security.log"
score=$(sed -n 's/.*exposure level for tacit-relay.service: \([0-9.]*\) .*/\1/p' \
    "$work/security.log")
echo "figure: systemd-analyze security: $score"
is "exposure $score is at most 1.5" "$(awk -v s="$score" \
    'BEGIN { print s != "" && s <= 1.5 ? "yes" : "no" }')" yes
is 'what systemd does not understand' "$(systemd-analyze verify --man=no \
    --root="$work/root" tacit-relay.service 2>&1 |
    grep -iE 'unknown|ignoring|parse|invalid|not executable')" ''

# Every call of a relay's life is one that the unit lets through.
command=$(sed -n 's/^ExecStart=//p' "$unit")
is 'the command' "${command%% *}" /usr/bin/tacit-relay
has 'its configuration' "$command " ' --config /etc/tacit-relay.conf '
has 'its directory' "$command " ' --data /var/lib/tacit-relay '
relay=$work/traced
# Not as root, for whom SQLite does more.
as_nobody=
if [ "$(id -u)" -eq 0 ]; then
	as_nobody='-u nobody'
	chmod 711 "$work"
	install -d -m 700 -o nobody "$work/relay"
fi
cat >"$relay" <<T
#!/bin/sh
exec strace -D -f -qq $as_nobody -o "$work/trace" "$work/root/usr/bin/tacit-relay" "\$@" \\
    --config "$work/root/etc/tacit-relay.conf"
T
chmod +x "$relay"
start_relay
relay=$work/root/usr/bin/tacit-relay
make anna Anna
make ben Ben
add_relay anna
pair anna ben --in-person
greet anna ben
has 'a letter' "$(as ben sync | texts)" hello
stop_relay
for _ in $(seq 200); do
	grep -qs ' exit_group(' "$work/trace" && break
	sleep 0.05
done
has 'its end' "$(grep ' exit_group(' "$work/trace")" 'exit_group(0)'
sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$work/trace" |
    grep -v '^execve$' | sort -u >"$work/used"
python3 "$root/tests/embed/unit_calls.py" "$unit" >"$work/allowed"
echo "figure: $(wc -l <"$work/used") calls used, $(wc -l <"$work/allowed") allowed"
is 'calls that the unit refuses' "$(comm -23 "$work/used" "$work/allowed")" ''
for call in ptrace mount reboot init_module bpf setuid32 perf_event_open kexec_load; do
	lacks "calls" " $(tr '\n' ' ' <"$work/allowed")" " $call "
done
# Nor does it look at what ProcSubset=pid and ProtectSystem= keep from it.
is 'files outside' "$(sed -n \
    's/.*open\(at\)\{0,1\}(\(AT_FDCWD, \)\{0,1\}"\(\/proc\/[^s]\|\/sys\)\([^"]*\)".* = [0-9].*/\3\4/p' \
    "$work/trace")" ''

finish
