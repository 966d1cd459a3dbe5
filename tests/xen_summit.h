/*
 * A real programme, the Xen Summit North America 2010, and sets of recordings by name and length.
 * For tests that link metadata.
 */
#pragma once

#include "match.h"
#include "programme.h"

enum { NB_XEN = 27 };

struct xen_talk {
    const char *title, *speakers[2];
    int listed_s, second_part_s;
};
extern const struct xen_talk xen_talks[NB_XEN];

void build_xen(struct programme *p);

/* How long a talk was, with both parts. number: from 1. */
int64_t xen_ms(int number);

struct set {
    struct match_recording *recordings;
    size_t nb;
};

/* name: on the heap; it becomes the set's. */
void set_add(struct set *set, char *name, int64_t duration_ms);
void set_clear(struct set *set);
