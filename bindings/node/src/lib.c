/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib.h"

/* One for the process, as the library that it stands for. */
static struct {
	pthread_once_t once;
	struct lib calls;
	const struct lib *found;
	char why[512];
} the = { .once = PTHREAD_ONCE_INIT };

/* Functions and data have one size of pointer wherever dlsym() is. */
static int
find(void *handle, const char *name, void *out)
{
	void *p = dlsym(handle, name);

	if (p == NULL) {
		(void)snprintf(the.why, sizeof(the.why),
		    "libtacit has no %s(): build this package again, "
		    "by its install.js", name);
		return -1;
	}
	memcpy(out, &p, sizeof(p));
	return 0;
}

/* Until 1.0 every minor version may change sizes. */
static int
is_of_this_version(const char *version)
{
	char wanted[32];
	int n = snprintf(wanted, sizeof(wanted), "%d.%d.",
	    TACIT_VERSION_MAJOR, TACIT_VERSION_MINOR);

	if (strncmp(version, wanted, (size_t)n) == 0)
		return 1;
	(void)snprintf(the.why, sizeof(the.why),
	    "libtacit is %.16s and this package was built for %sx: "
	    "build it again, by its install.js", version, wanted);
	return 0;
}

static void
load(void)
{
	const int how = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
	void *handle = dlopen("tacit_wall.so", how);

	if (handle == NULL) {
		(void)snprintf(the.why, sizeof(the.why), "%s", dlerror());
		return;
	}
	/*
	 * libwebsockets opens this one later and by itself; it must be bound
	 * by then.  Where it is missing tacit_open() says so.
	 */
	(void)dlopen("libwebsockets-evlib_uv.so", how);

#define LIB_FIND(name)							\
	if (find(handle, "tacit_" #name, &the.calls.name) != 0)		\
		return;
	LIB_CALLS(LIB_FIND)
#undef LIB_FIND
	if (is_of_this_version(the.calls.version()))
		the.found = &the.calls;
}

const struct lib *
lib(void)
{
	(void)pthread_once(&the.once, load);
	return the.found;
}

const char *
lib_why(void)
{
	return the.why;
}
