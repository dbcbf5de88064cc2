# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A minimal Debian in a directory, for tests that need one to change.  Needs
# root and debootstrap.  Packages come from where this machine gets its own:
# its apt sources are read, nothing is written down here.

# debian_root DIR SUITE: make it, with the way to packages; 1: DIR.log says why
# not.  Whoever has made one ends with debian_root_gone.
debian_root() {
	local mirror file
	# The machine's own mirror: the first URI that apt has release files from.
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(ORIGIN)' |
	    awk '$2 == "main" && $3 == "Debian" && $1 !~ /security/ { print $1; exit }')
	: "${mirror:?no Debian mirror among the apt sources of this machine}"
	debootstrap --variant=minbase --include=ca-certificates "$2" "$1" \
	    "$mirror" >"$1.log" 2>&1 || return 1

	# How this machine reaches packages: apt's proxies and certificates, npm's.
	for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*[Pp]roxy* \
	    /etc/resolv.conf /etc/hosts /etc/npmrc; do
		if [ -e "$file" ]; then cp -L "$file" "$1$file"; fi
	done
	if [ -d /usr/local/share/ca-certificates ]; then
		cp -rL /usr/local/share/ca-certificates/. \
		    "$1/usr/local/share/ca-certificates/"
	fi
	cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/" 2>/dev/null ||
	    true
	if [ -e "$HOME/.npmrc" ]; then cp "$HOME/.npmrc" "$1/root/.npmrc"; fi
	mount -t proc proc "$1/proc" || return 1
	mkdir -p "$1/dev/shm" "$1/dev/pts"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts" || return 1
	mount -t tmpfs tmpfs "$1/dev/shm" || return 1
}

# inside DIR COMMAND...: run a line of shell there, with nothing of our
# environment but how to reach packages
inside() {
	local dir=$1
	shift
	env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
	    DEBIAN_FRONTEND=noninteractive \
	    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt} \
	    ${http_proxy:+http_proxy="$http_proxy"} \
	    ${https_proxy:+https_proxy="$https_proxy"} \
	    chroot "$dir" sh -c "$*"
}

# debian_root_gone DIR
debian_root_gone() {
	local at
	for at in proc dev/pts dev/shm; do
		umount -l "$1/$at" 2>/dev/null || true
	done
	rm -rf --one-file-system "$1"
}
