/* SPDX-License-Identifier: Apache-2.0 */
/* The vault as a file among files: its name, lock, length and first bytes. */
#ifndef CLIENT_VAULT_FILE_H
#define CLIENT_VAULT_FILE_H

#include <stdint.h>

#include "vault.h"

/*
 * The absolute name of ${path} without symbolic links; the file itself need
 * not exist, its directory must.
 * Owner:   the caller frees ${*out}.
 * Errors:  TACIT_E_NOT_A_VAULT (no such directory), TACIT_E_IO,
 *          TACIT_E_NOMEM.
 */
int vault_file_resolve(char **out, const char *path);

/* 1 if something has this name. */
int vault_file_exists(const char *path);

/*
 * Take the lock of the vault at ${path}: an OFD lock on PATH.lock, because
 * POSIX locks vanish when the host closes any descriptor of the file.  The
 * lock file stays for ever: removing it would let two in.
 * Output:  ${*fd}; closing it releases the lock.
 * Errors:  TACIT_E_BUSY after ${wait_ms}, TACIT_E_IO.
 */
int vault_file_lock(int *fd, const char *path, uint32_t wait_ms);

/*
 * Remove the lock file and let go of it.  For a backup: nothing but its
 * making is locked, and who comes late finds out that the name is gone.
 */
void vault_file_unlock(int fd, const char *path);

/*
 * Look at the file before SQLite does: is it of ${kind}?
 * Output:  ${*cut}: 1 if it is shorter than it says itself, but has a WAL:
 *          normal after a crash in the middle of a checkpoint.
 * Errors:  TACIT_E_NOT_A_VAULT or TACIT_E_NOT_A_BACKUP, TACIT_E_TRUNCATED,
 *          TACIT_E_CORRUPT, TACIT_E_VERSION (made by a newer version),
 *          TACIT_E_IO.
 */
int vault_file_probe(const char *path, enum vault_kind kind, int *cut);

/*
 * Write the WAL of the vault at ${path}, whose lock is held, to the disk once
 * more.  What a sync that failed left can still be read, but the kernel takes
 * it for written: SQLite would copy it into the file from there, and the next
 * power cut would leave half of that, without a WAL.  Nothing if there is none.
 */
int vault_file_renew_wal(const char *path);

/* Make an empty file, mode 0600 whatever the umask; old remains go first. */
int vault_file_make(const char *path);

/* Remove a file and what SQLite keeps beside it. */
void vault_file_remove(const char *path);

/*
 * Give the finished file ${temp} its name, durably.
 * Errors:  TACIT_E_VAULT_EXISTS, TACIT_E_DISK_FULL, TACIT_E_IO.
 */
int vault_file_publish(const char *temp, const char *path,
    enum vault_kind kind);

/* fsync the directory in which ${path} lies. */
int vault_file_sync_dir(const char *path);

#endif
