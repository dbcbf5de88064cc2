/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

#include "confine.h"
#include "confine_landlock.h"
#include "log.h"
#include "tacit/error.h"

static const char *const words[] = {
	[CONFINE_FULL] = "full", [CONFINE_AVAILABLE] = "available",
	[CONFINE_OFF] = "off",
};

int
confine_parse(enum confine_want *want, const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) == 0) {
			*want = (enum confine_want)i;
			return 0;
		}
	}
	return TACIT_E_INVALID;
}

const char *
confine_word(const struct confine *c)
{
	if (c->files && c->calls)
		return "full";
	if (c->files)
		return "landlock";
	return c->calls ? "seccomp" : "off";
}

void
confine_process(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* ${what} cannot be had: say so once, and go on only if that was allowed. */
static int
lacks(const struct confine *c, const char *what, const char *event)
{
	if (c->want == CONFINE_AVAILABLE) {
		log_event(event);
		return 0;
	}
	fprintf(stderr, "tacit-relay: confinement: this system has no %s, or "
	    "does not let the relay use it; \"confinement = available\" in "
	    "the configuration runs without it\n", what);
	return TACIT_E_STATE;
}

int
confine_files(struct confine *c, const char *dir)
{
	int rc;

	if (c->want == CONFINE_OFF)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (rc = landlock_confine(dir)) == TACIT_E_STATE)
		return lacks(c, "Landlock", "confinement-without-landlock");
	c->files = rc == 0;
	return rc;
}

/* Returns 0, or a negative errno. */
static int
allow(scmp_filter_ctx filter, const struct confine_call *call)
{
	struct scmp_arg_cmp cmp[2];
	const struct confine_test *t;
	unsigned int i;

	for (i = 0; i < call->n_tests; i++) {
		t = &call->test[i];
		cmp[i] = (struct scmp_arg_cmp){ t->arg, SCMP_CMP_MASKED_EQ,
		    t->mask, t->value == CONFINE_SELF ?
		    (uint64_t)getpid() : t->value };
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
	    seccomp_syscall_resolve_name(call->name), call->n_tests, cmp);
}

/* Returns 0, or a negative errno. */
static int
load(void)
{
	size_t i, n;
	const struct confine_call *call = confine_list(&n);
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (filter == NULL)
		return -ENOSYS;
	rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	for (i = 0; rc == 0 && i < n; i++)
		rc = allow(filter, &call[i]);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

int
confine_calls(struct confine *c)
{
	const struct rlimit none = { 0, 0 };

	if (c->want == CONFINE_OFF)
		return 0;
	(void)setrlimit(RLIMIT_NPROC, &none);
	if (load() != 0)
		return lacks(c, "seccomp filters",
		    "confinement-without-seccomp");
	c->calls = 1;
	return 0;
}
