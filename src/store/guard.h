/* Work that may crash, hang or exhaust memory, in a child process.
 *
 * libhdf5 1.10 trusts the headers of a file: a damaged or forged one makes it read beyond its buffers, follow
 * circles or allocate what a header asks for. So the program itself reads no result file: a child reads it,
 * within limits on processor time and memory, and answers over a socket. The child has no other open files
 * than those it opens, prints nothing, and ends when the parent closes its end or dies: at once where it
 * waits, within a second of processor time where it reads. A guard belongs to one thread at a time. */
#ifndef QD_STORE_GUARD_H
#define QD_STORE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

typedef struct qd_guard qd_guard_t;

/* The child's function: `channel` is its end of the socket. The child ends when it returns. */
typedef void (*qd_guard_work_t)(int channel, void *context);

/* Starts a child; NULL, with errno, if that fails. The child has its own copy of *context from then on. */
qd_guard_t *qd_guard_start(qd_guard_work_t work, void *context);

/* Sends to or receives from the child; false if it has ended. */
bool qd_guard_send(qd_guard_t *self, const void *bytes, size_t size);
bool qd_guard_receive(qd_guard_t *self, void *bytes, size_t size);

/* After the child's end: whether it crashed although memory is not short. libhdf5 crashes on damaged files,
 * but also on sound ones of which one read failed: a second child tells them apart. */
bool qd_guard_crashed(qd_guard_t *self);

/* After the child's end: writes the reason, as the rest of a sentence about the file at `path`
 * ("damaged: ..."). True if the file is the cause, false if the child was killed from outside, memory is
 * short, or the system cannot read the file. */
bool qd_guard_blames_file(qd_guard_t *self, const char *path, char why[], size_t size);

/* Ends the child unconditionally. self may be NULL. */
void qd_guard_end(qd_guard_t *self);

/* In the child or the parent: whether the system itself, without the limit of the child, refuses 32 MiB.
 * libhdf5 needs less at once for a sound result file: where the system gives so much, memory that libhdf5 was
 * refused was for a forged size; where not, a failure or crash of libhdf5 says nothing of the file. */
bool qd_guard_lacks_memory(void);

/* In the child: sends and receives over its channel. */
bool qd_channel_send(int channel, const void *bytes, size_t size);
bool qd_channel_receive(int channel, void *bytes, size_t size);

/* In the child: allows one more second of processor time for each MiB that the file at `path` has on the disk
 * (holes do not count); a sound file needs some twentieth of it to be read once. The child has
 * QD_GUARD_SECONDS for everything else, in all its life. */
#define QD_GUARD_SECONDS 3
void qd_guard_allow_file(const char *path);

/* In the child: allows 100 microseconds of processor time more for one request, which needs some 20: a
 * command may ask for each of a million cells of a small file. */
void qd_guard_allow_request(void);

#endif
