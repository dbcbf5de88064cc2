/* SPDX-License-Identifier: Apache-2.0 */
/* All databases opened from now on lie on the disks of the simulation. */
#ifndef SIM_DISK_VFS_H
#define SIM_DISK_VFS_H

void disk_vfs_install(void);

#endif
