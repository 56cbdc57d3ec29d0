/* Strikes one change below one directory: fails it, cuts it in half, or kills the process there.
 *
 *   LD_PRELOAD=striker.so program, and in the program: striker_begin("/dir", 7, FAIL, 0)
 *
 * Changes are what makes, writes, cuts, syncs, names, renames or removes a file or directory below
 * the root; they are counted from 1. With FULL the disk has room for so many bytes and no more:
 * what was removed makes no room again.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { COUNT, FAIL, FAIL_ON, KILL_BEFORE, KILL_AFTER, KILL_WITHIN, FULL };

static char root[PATH_MAX];
static size_t root_length;
static int how;
static long at;
static atomic_long seen, struck, room;

void striker_begin(const char *where, long number, int kind, long bytes) {
    root_length = 0;
    snprintf(root, sizeof root, "%s", where);
    at = number;
    how = kind;
    room = bytes;
    seen = struck = 0;
    root_length = strlen(root);
}
void striker_end(void) { root_length = 0; }
long striker_seen(void) { return seen; }
long striker_struck(void) { return struck; }

static int is_below(const char *path) {
    return root_length && !strncmp(path, root, root_length) &&
           (path[root_length] == '/' || path[root_length] == 0);
}
static int of_descriptor(int fd, char *path) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}
static int holds(int fd) {
    char path[PATH_MAX];
    return root_length && fd > 2 && of_descriptor(fd, path) && is_below(path);
}
static int names(int directory, const char *name) {
    char path[PATH_MAX];
    if (!root_length) return 0;
    if (name[0] == '/') return is_below(name);
    if (directory == AT_FDCWD) return getcwd(path, sizeof path) && is_below(path);
    return of_descriptor(directory, path) && is_below(path);
}

/* 0 to go on, 1 to die after it, -1 to fail with what errno says. */
static int turn(void) {
    long number = ++seen;
    int is_turn = how == FAIL_ON ? number >= at : number == at;
    if (how == FULL) {
        if (room > 0) return 0;
        struck++;
        errno = ENOSPC;
        return -1;
    }
    if (how == COUNT || !is_turn) return 0;
    struck++;
    if (how == KILL_BEFORE) raise(SIGKILL);
    if (how == KILL_AFTER || how == KILL_WITHIN) return 1;
    errno = EIO;
    return -1;
}

#define STRUCK(is_ours, type, call) do { \
    int fate = (is_ours) ? turn() : 0; \
    if (fate < 0) return (type)-1; \
    type result = (call); \
    if (fate > 0) raise(SIGKILL); \
    return result; } while (0)

/* How much of a write is done: half of it when the process dies within. */
static ssize_t share(size_t count, int fate) {
    if (fate > 0 && how == KILL_WITHIN) return count / 2;
    if (how == FULL && (long)count > room) return room;
    return count;
}

#define WRITER(name, words, call) ssize_t name words { \
    if (!holds(fd)) return REAL(name) call; \
    int fate = turn(); \
    if (fate < 0) return -1; \
    count = share(count, fate); \
    ssize_t size = REAL(name) call; \
    if (fate > 0) raise(SIGKILL); \
    if (how == FULL && size > 0) room -= size; \
    return size; }
WRITER(write, (int fd, const void *data, size_t count), (fd, data, count))
WRITER(pwrite, (int fd, const void *data, size_t count, off_t to), (fd, data, count, to))
WRITER(pwrite64, (int fd, const void *data, size_t count, off64_t to), (fd, data, count, to))

ssize_t writev(int fd, const struct iovec *data, int parts) {
    if (!holds(fd) || !parts) return REAL(writev)(fd, data, parts);
    return write(fd, data[0].iov_base, data[0].iov_len);
}

/* Whoever is told that these can not be had writes instead, and is struck. */
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
    if (!holds(out)) return REAL(sendfile64)(out, in, offset, count);
    errno = ENOTSOCK;
    return -1;
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    return sendfile64(out, in, (off64_t *)offset, count);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t n, unsigned int flags) {
    if (!holds(out)) return REAL(copy_file_range)(in, from, out, to, n, flags);
    errno = ENOSYS;
    return -1;
}

/* A full disk has room for names, and lets go of what is removed. */
int fsync(int fd) { STRUCK(how != FULL && holds(fd), int, REAL(fsync)(fd)); }
int fdatasync(int fd) { STRUCK(how != FULL && holds(fd), int, REAL(fdatasync)(fd)); }
int ftruncate(int fd, off_t to) { STRUCK(holds(fd), int, REAL(ftruncate)(fd, to)); }
int ftruncate64(int fd, off64_t to) { STRUCK(holds(fd), int, REAL(ftruncate64)(fd, to)); }

#define MODE(flags) ({ mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list more; \
                       va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } mode; })
#define CHANGES(flags) ((flags) & (O_CREAT | O_TRUNC))
int open(const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    STRUCK(CHANGES(flags) && names(AT_FDCWD, path), int, REAL(open)(path, flags, mode));
}
int open64(const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    STRUCK(CHANGES(flags) && names(AT_FDCWD, path), int, REAL(open64)(path, flags, mode));
}
int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    STRUCK(CHANGES(flags) && names(directory, path), int,
           REAL(openat)(directory, path, flags, mode));
}
int openat64(int directory, const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    STRUCK(CHANGES(flags) && names(directory, path), int,
           REAL(openat64)(directory, path, flags, mode));
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int flags) {
    STRUCK(how != FULL && names(to_at, to), int, flags ? REAL(renameat2)(from_at, from, to_at, to, flags)
                                                         : REAL(renameat)(from_at, from, to_at, to));
}
int renameat(int from_at, const char *from, int to_at, const char *to) {
    return renameat2(from_at, from, to_at, to, 0);
}
int rename(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    STRUCK(how != FULL && names(to_at, to), int, REAL(linkat)(from_at, from, to_at, to, flags));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int unlinkat(int directory, const char *name, int flags) {
    STRUCK(how != FULL && names(directory, name), int, REAL(unlinkat)(directory, name, flags));
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }
int mkdirat(int directory, const char *name, mode_t mode) {
    STRUCK(names(directory, name), int, REAL(mkdirat)(directory, name, mode));
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }
