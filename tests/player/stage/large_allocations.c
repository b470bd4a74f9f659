/* Counts the blocks of at least LIMIT bytes that a process asks the C library for; to be preloaded. */
#include <errno.h>
#include <stddef.h>

#define LIMIT 65536

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static volatile long counted;

long large_allocations(void) { return counted; }

static void count(size_t size) {
    if (size >= LIMIT) __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) { count(size); return __libc_malloc(size); }

void *calloc(size_t n, size_t size) { count(n * size); return __libc_calloc(n, size); }

void *realloc(void *old, size_t size) { count(size); return __libc_realloc(old, size); }

void *memalign(size_t step, size_t size) { count(size); return __libc_memalign(step, size); }

void *aligned_alloc(size_t step, size_t size) { return memalign(step, size); }

int posix_memalign(void **made, size_t step, size_t size) {
    *made = memalign(step, size);
    return *made ? 0 : ENOMEM;
}
