/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of <linux/landlock.h> come with newer headers than some systems
 * have that the relay builds on, so the few that are used are here.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine_landlock.h"
#include "tacit/error.h"

/* The numbers are those of every architecture. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { ASK_VERSION = 1, PATH_BENEATH = 1 };

/* Rights in a directory. */
enum { READ_DIR = 1 << 3, REMOVE_FILE = 1 << 5 };

/* TCP: bind, connect.  Scopes: abstract Unix sockets, signals. */
enum { NET_ALL = 3, SCOPE_ALL = 3 };

struct ruleset {
	uint64_t files, net, scope;	/* handled: refused without a rule */
};

struct path_rule {
	uint64_t allowed;
	int32_t dir;
} __attribute__((packed));

/* How many rights on files each version knows. */
static const uint8_t n_rights[] = { 0, 13, 14, 15, 15, 16 };
enum { VERSIONS = sizeof(n_rights) / sizeof(n_rights[0]) };

/* A ruleset that refuses all that this kernel can refuse, or -1. */
static int
refuse_all(void)
{
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	struct ruleset r;
	size_t size = sizeof(r);

	if (version < 1)
		return -1;
	r.files = (UINT64_C(1) <<
	    n_rights[version < VERSIONS ? version : VERSIONS - 1]) - 1;
	r.net = NET_ALL;
	r.scope = SCOPE_ALL;
	if (version < 4)
		size = sizeof(r.files);
	else if (version < 6)
		size = sizeof(r.files) + sizeof(r.net);
	return (int)syscall(CREATE_RULESET, &r, size, 0);
}

/*
 * What SQLite does at the end: remove the WAL, make that durable.  All else
 * is done on descriptors that are open, which Landlock leaves as they are.
 */
static int
allow_end(int ruleset, const char *path)
{
	struct path_rule rule = { READ_DIR | REMOVE_FILE, -1 };
	long rc;

	rule.dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.dir < 0)
		return TACIT_E_IO;
	rc = syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0);
	(void)close(rule.dir);
	return rc == 0 ? 0 : TACIT_E_STATE;
}

int
landlock_confine(const char *dir)
{
	int ruleset = refuse_all(), rc;

	if (ruleset < 0)
		return TACIT_E_STATE;
	if ((rc = allow_end(ruleset, dir)) == 0 &&
	    syscall(RESTRICT_SELF, ruleset, 0) != 0)
		rc = TACIT_E_STATE;
	(void)close(ruleset);
	return rc;
}
