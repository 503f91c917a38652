/* Chunks of a variable as HDF5's filters store them: shuffle, deflate, Fletcher32. Any thread may pack them,
 * whereas libhdf5 serves one thread at a time. libhdf5 reads them as its own. */
#ifndef QD_STORE_PACK_H
#define QD_STORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QD_DEFLATE_LEVEL 1

/* Bytes that packing `size` bytes may need. */
size_t qd_pack_bound(size_t size);

/* Packs `count` values of `width` bytes into `out`, with room for qd_pack_bound(count * width) bytes;
 * `scratch` has room for count * width. Returns the number of bytes, 0 where memory is short. *deflated:
 * whether deflate made them fewer; otherwise they are stored without that filter. */
size_t qd_pack(const void *values, size_t count, size_t width, bool shuffle, unsigned char *scratch,
               unsigned char *out, bool *deflated);

#endif
