/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in front of the C library's functions; see sim.cmake. */
#ifndef SIM_WRAP_H
#define SIM_WRAP_H

#include <pthread.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/* WRAP(result, name, arguments): ours and the real one. */
#define WRAP(result, name, ...)						\
	result __wrap_##name(__VA_ARGS__);				\
	result __real_##name(__VA_ARGS__)

WRAP(int, open, const char *, int, ...);
WRAP(int, __open_2, const char *, int);
WRAP(int, close, int);
WRAP(int, fstat, int, struct stat *);
WRAP(int, lstat, const char *, struct stat *);
WRAP(ssize_t, pread, int, void *, size_t, off_t);
WRAP(ssize_t, pwrite, int, const void *, size_t, off_t);
WRAP(ssize_t, __pread_chk, int, void *, size_t, off_t, size_t);
WRAP(int, unlink, const char *);
WRAP(int, rename, const char *, const char *);
WRAP(int, renameat2, int, const char *, int, const char *, unsigned);
WRAP(int, fsync, int);
WRAP(int, fchmod, int, mode_t);
WRAP(int, fcntl, int, int, ...);
WRAP(char *, realpath, const char *, char *);

WRAP(int, clock_gettime, clockid_t, struct timespec *);

WRAP(int, pthread_create, pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
WRAP(int, pthread_join, pthread_t, void **);
WRAP(int, pthread_cond_wait, pthread_cond_t *, pthread_mutex_t *);
WRAP(int, pthread_cond_timedwait, pthread_cond_t *, pthread_mutex_t *,
    const struct timespec *);

WRAP(void *, malloc, size_t);
WRAP(void *, calloc, size_t, size_t);
WRAP(void *, realloc, void *, size_t);
WRAP(void *, reallocarray, void *, size_t, size_t);
WRAP(char *, strdup, const char *);
WRAP(char *, strndup, const char *, size_t);
WRAP(void *, sodium_malloc, size_t);
WRAP(void, sodium_free, void *);

#endif
