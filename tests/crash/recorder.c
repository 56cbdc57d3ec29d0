/* Records what a process writes below one directory, for a replay of a power cut.
 *
 *   LD_PRELOAD=recorder.so RECORDER_ROOT=/dir RECORDER_LOG=/log RECORDER_MARKS=/marks program
 *
 * Every change to a file or directory below the root, with its data, every fsync, and every write
 * to the file of marks becomes one record of the log, in the order in which they happened. A sync
 * is recorded when it has ended; it is not passed on to the disk, since the disk is what is played
 * later. RECORDER_SWALLOW names one pattern (fnmatch, of the path below the root): syncs of such
 * files or directories are forgotten, as a broken disk or a missing line of code would.
 *
 * It knows nothing of who writes what. A writable shared mapping is recorded as such: what is
 * written through it is not seen, and the replay refuses it unless it is told that the file is
 * not meant to last.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FDS 65536

enum { OPEN = 'o', WRITE = 'w', TRUNCATE = 't', SYNC = 's', RENAME = 'r', LINK = 'l',
       UNLINK = 'u', MKDIR = 'm', MARK = 'k', MAPPED = 'p' };

struct record { uint8_t kind; uint8_t pad[3]; uint32_t path; uint32_t other; uint32_t data;
                uint64_t inode; uint64_t offset; } __attribute__((packed));

static char root[PATH_MAX], marks[PATH_MAX];
static const char *swallow;
static int log_fd = -1;
static uint8_t watched[FDS];      /* 1: below the root, 2: the marks */
static pthread_mutex_t order = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

__attribute__((constructor)) static void start(void) {
    const char *where = getenv("RECORDER_ROOT"), *log = getenv("RECORDER_LOG");
    if (!where || !log || !realpath(where, root)) return;
    if (getenv("RECORDER_MARKS") && !realpath(getenv("RECORDER_MARKS"), marks)) marks[0] = 0;
    swallow = getenv("RECORDER_SWALLOW");
    log_fd = REAL(open)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* The path below the root, or NULL. */
static const char *below(const char *path) {
    size_t length = strlen(root);
    if (log_fd < 0 || !length || strncmp(path, root, length)) return NULL;
    if (path[length] == 0) return ".";
    return path[length] == '/' ? path + length + 1 : NULL;
}

static int of_descriptor(int fd, char *path) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

/* The full path of a name whose parent exists; the name itself is not followed. */
static const char *full(int directory, const char *name, char *path) {
    char joined[PATH_MAX], parent[PATH_MAX], base[PATH_MAX];
    if (log_fd < 0) return NULL;
    if (name[0] == '/') snprintf(joined, sizeof joined, "%s", name);
    else {
        if (directory == AT_FDCWD) { if (!getcwd(base, sizeof base)) return NULL; }
        else if (!of_descriptor(directory, base)) return NULL;
        if (snprintf(joined, sizeof joined, "%s/%s", base, name) >= PATH_MAX) return NULL;
    }
    size_t length = strlen(joined);
    while (length > 1 && joined[length - 1] == '/') joined[--length] = 0;
    char *last = strrchr(joined, '/');
    *last = 0;
    if (!realpath(*joined ? joined : "/", parent)) return NULL;
    if (snprintf(path, PATH_MAX, "%s/%s", parent, last + 1) >= PATH_MAX) return NULL;
    return below(path);
}

static void put(uint8_t kind, const char *path, const char *other, uint64_t inode,
                uint64_t offset, const struct iovec *data, int parts) {
    struct record head = {.kind = kind, .path = path ? strlen(path) : 0,
                          .other = other ? strlen(other) : 0, .inode = inode, .offset = offset};
    struct iovec all[3 + 64] = {{&head, sizeof head}, {(void *)path, head.path},
                                {(void *)other, head.other}};
    for (int i = 0; i < parts; i++) { all[3 + i] = data[i]; head.data += data[i].iov_len; }
    ssize_t size = sizeof head + head.path + head.other + head.data;
    if (REAL(writev)(log_fd, all, 3 + parts) != size) { perror("recorder"); _exit(99); }
}

static uint64_t inode_of(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : found.st_ino;
}

static int opened(int fd, int flags) {
    char path[PATH_MAX];
    if (fd < 0 || fd >= FDS || log_fd < 0) return fd;
    watched[fd] = 0;
    if (!of_descriptor(fd, path)) return fd;
    if (marks[0] && !strcmp(path, marks)) { watched[fd] = 2; return fd; }
    const char *name = below(path);
    if (!name) return fd;
    watched[fd] = 1;
    struct stat found;
    if (flags & O_CREAT && !fstat(fd, &found))
        put(OPEN, name, NULL, found.st_ino, found.st_mode & 07777, NULL, 0);
    if (flags & O_TRUNC) put(TRUNCATE, NULL, NULL, inode_of(fd), 0, NULL, 0);
    return fd;
}

#define LOCKED(type, call) ({ pthread_mutex_lock(&order); type result = (call); result; })
#define DONE(result) do { int kept = errno; pthread_mutex_unlock(&order); errno = kept; \
                          return result; } while (0)
#define MODE(flags) ({ mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list more; \
                       va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } mode; })

#define OPENER(name) int name(const char *path, int flags, ...) { \
    mode_t mode = MODE(flags); \
    int fd = LOCKED(int, REAL(name)(path, flags, mode)); \
    DONE(opened(fd, flags)); }
#define OPENER_AT(name) int name(int directory, const char *path, int flags, ...) { \
    mode_t mode = MODE(flags); \
    int fd = LOCKED(int, REAL(name)(directory, path, flags, mode)); \
    DONE(opened(fd, flags)); }
OPENER(open)
OPENER(open64)
OPENER_AT(openat)
OPENER_AT(openat64)

int creat(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

static int is_watched(int fd) { return fd >= 0 && fd < FDS ? watched[fd] : 0; }

static void wrote(int fd, uint64_t offset, const struct iovec *data, int parts, ssize_t size) {
    struct iovec kept[64];
    int count = 0;
    for (; size > 0 && count < parts && count < 64; count++) {
        kept[count] = data[count];
        if ((ssize_t)kept[count].iov_len > size) kept[count].iov_len = size;
        size -= kept[count].iov_len;
    }
    if (size > 0) { fputs("recorder: too many parts in one write\n", stderr); _exit(99); }
    put(watched[fd] == 2 ? MARK : WRITE, NULL, NULL, inode_of(fd), offset, kept, count);
}

/* Where a write without an offset went: the position behind it is known only afterwards. */
static uint64_t behind(int fd, ssize_t size) {
    off_t now = lseek(fd, 0, SEEK_CUR);
    return now < 0 ? 0 : now - size;
}

ssize_t write(int fd, const void *data, size_t count) {
    if (!is_watched(fd)) return REAL(write)(fd, data, count);
    ssize_t size = LOCKED(ssize_t, REAL(write)(fd, data, count));
    struct iovec part = {(void *)data, count};
    if (size > 0) wrote(fd, behind(fd, size), &part, 1, size);
    DONE(size);
}

ssize_t writev(int fd, const struct iovec *data, int parts) {
    if (!is_watched(fd)) return REAL(writev)(fd, data, parts);
    ssize_t size = LOCKED(ssize_t, REAL(writev)(fd, data, parts));
    if (size > 0) wrote(fd, behind(fd, size), data, parts, size);
    DONE(size);
}

/* Linux appends what is written at an offset, too, when the file is open for appending. */
static uint64_t placed(int fd, uint64_t offset, ssize_t size) {
    struct stat found;
    int appends = fcntl(fd, F_GETFL) & O_APPEND;
    return appends && !fstat(fd, &found) ? (uint64_t)(found.st_size - size) : offset;
}

#define PWRITER(name, type) ssize_t name(int fd, const void *data, size_t count, type offset) { \
    if (!is_watched(fd)) return REAL(name)(fd, data, count, offset); \
    ssize_t size = LOCKED(ssize_t, REAL(name)(fd, data, count, offset)); \
    struct iovec part = {(void *)data, count}; \
    if (size > 0) wrote(fd, placed(fd, offset, size), &part, 1, size); \
    DONE(size); }
PWRITER(pwrite, off_t)
PWRITER(pwrite64, off64_t)

#define TRUNCATER(name, type) int name(int fd, type length) { \
    if (!is_watched(fd)) return REAL(name)(fd, length); \
    int failed = LOCKED(int, REAL(name)(fd, length)); \
    if (!failed) put(TRUNCATE, NULL, NULL, inode_of(fd), length, NULL, 0); \
    DONE(failed); }
TRUNCATER(ftruncate, off_t)
TRUNCATER(ftruncate64, off64_t)

#define SYNCER(name) int name(int fd) { \
    char path[PATH_MAX]; \
    if (is_watched(fd) != 1) return REAL(name)(fd); \
    pthread_mutex_lock(&order); \
    const char *where = of_descriptor(fd, path) ? below(path) : NULL; \
    if (!(swallow && where && !fnmatch(swallow, where, 0))) \
        put(SYNC, where, NULL, inode_of(fd), 0, NULL, 0); \
    DONE(0); }
SYNCER(fsync)
SYNCER(fdatasync)

/* Gives no promise about names and sizes, so it counts for nothing. */
int sync_file_range(int fd, off64_t offset, off64_t count, unsigned int flags) {
    return is_watched(fd) ? 0 : REAL(sync_file_range)(fd, offset, count, flags);
}

/* Whoever is told that these can not be had writes instead, and is seen. */
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
    if (!is_watched(out)) return REAL(sendfile64)(out, in, offset, count);
    errno = ENOTSOCK;
    return -1;
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    return sendfile64(out, in, (off64_t *)offset, count);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t n, unsigned int flags) {
    if (!is_watched(out)) return REAL(copy_file_range)(in, from, out, to, n, flags);
    errno = ENOSYS;
    return -1;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    return is_watched(fd) ? EINVAL : REAL(posix_fallocate64)(fd, offset, length);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    if (!is_watched(fd)) return REAL(fallocate64)(fd, mode, offset, length);
    errno = EOPNOTSUPP;
    return -1;
}

static void mapped(int protection, int flags, int fd) {
    char path[PATH_MAX];
    if (!(protection & PROT_WRITE) || !(flags & MAP_SHARED) || is_watched(fd) != 1) return;
    if (of_descriptor(fd, path)) put(MAPPED, below(path), NULL, inode_of(fd), 0, NULL, 0);
}
void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    void *result = LOCKED(void *, REAL(mmap)(at, length, protection, flags, fd, offset));
    if (result != MAP_FAILED) mapped(protection, flags, fd);
    DONE(result);
}
void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
    return mmap(at, length, protection, flags, fd, offset);
}

static int renamed(const char *old, int to_at, const char *to, int failed) {
    char path[PATH_MAX];
    if (failed) return failed;
    const char *new = full(to_at, to, path);
    if ((old == NULL) != (new == NULL)) { fputs("recorder: renamed over the border\n", stderr);
                                          _exit(99); }
    if (old) put(RENAME, old, new, 0, 0, NULL, 0);
    return 0;
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int flags) {
    char path[PATH_MAX];
    pthread_mutex_lock(&order);
    const char *old = full(from_at, from, path);
    int failed = flags ? REAL(renameat2)(from_at, from, to_at, to, flags)
                       : REAL(renameat)(from_at, from, to_at, to);
    DONE(renamed(old, to_at, to, failed));
}
int renameat(int from_at, const char *from, int to_at, const char *to) {
    return renameat2(from_at, from, to_at, to, 0);
}
int rename(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    char path[PATH_MAX], other[PATH_MAX];
    pthread_mutex_lock(&order);
    int failed = REAL(linkat)(from_at, from, to_at, to, flags);
    if (!failed) {
        const char *old = full(from_at, from, path), *new = full(to_at, to, other);
        if (old && new) put(LINK, old, new, 0, 0, NULL, 0);
    }
    DONE(failed);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int directory, const char *name, int flags) {
    char path[PATH_MAX];
    pthread_mutex_lock(&order);
    const char *where = full(directory, name, path);
    int failed = REAL(unlinkat)(directory, name, flags);
    if (!failed && where) put(UNLINK, where, NULL, 0, 0, NULL, 0);
    DONE(failed);
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int directory, const char *name, mode_t mode) {
    char path[PATH_MAX];
    struct stat found;
    pthread_mutex_lock(&order);
    int failed = REAL(mkdirat)(directory, name, mode);
    const char *where = failed ? NULL : full(directory, name, path);
    if (where && !stat(path, &found))
        put(MKDIR, where, NULL, found.st_ino, found.st_mode & 07777, NULL, 0);
    DONE(failed);
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int close(int fd) {
    if (is_watched(fd)) watched[fd] = 0;
    return REAL(close)(fd);
}
