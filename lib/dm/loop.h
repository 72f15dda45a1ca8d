/*
 * Loop devices over image files: drivers/block/loop.c. They are attached with the autoclear
 * flag, so that a device goes away with its last user and nothing is left behind, whatever
 * happens to us.
 */
#ifndef DM_LOOP_H
#define DM_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The loop device that has the whole of `path`'s file: its node and number. -ENOENT where
 * there is none, or another -errno of the file itself.
 */
int loop_find(const char *path, char ret_node[static 32], dev_t *ret_dev);

/*
 * Attaches one. `block_size` 512 to 4096. The device stays while *ret_fd is open or a table
 * uses it.
 *	-ENOENT  the file, or /dev/loop-control (no loop driver)
 *	-EBUSY   none is free
 */
int loop_attach(const char *path, uint32_t block_size, bool read_only, int *ret_fd, dev_t *ret_dev);

#endif
