#include "film_track.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* --- reading boxes (ISO/IEC 14496-12) --------------------------------------------------------- */

static uint32_t u32_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Takes so many bytes; false, and an empty rest, if there are fewer. */
static bool take_u32(uint32_t *out, struct bytes *from)
{
    const bool has = from->nb >= 4;
    *out = has ? u32_at(from->p) : 0;
    from->p += has ? 4 : 0;
    from->nb = has ? from->nb - 4 : 0;
    return has;
}

static bool skip(struct bytes *from, size_t nb)
{
    const bool has = from->nb >= nb;
    from->p += has ? nb : 0;
    from->nb = has ? from->nb - nb : 0;
    return has;
}

/* False at the end, and where a box is longer than what holds it. */
static bool next_box(struct box *out, struct bytes *from)
{
    enum { HEADER = 8 };
    if (from->nb < HEADER)
        return false;
    const size_t size = u32_at(from->p);
    if (size < HEADER || size > from->nb)
        return false;
    memcpy(out->type, from->p + 4, 4);
    out->type[4] = '\0';
    out->all = (struct bytes){from->p, size};
    out->body = (struct bytes){from->p + HEADER, size - HEADER};
    return skip(from, size);
}

static bool is(const struct box *b, const char *type)
{
    return strcmp(b->type, type) == 0;
}

bool film_find_box(struct box *out, struct bytes in, const char *path)
{
    while (next_box(out, &in)) {
        if (strncmp(out->type, path, 4) != 0)
            continue;
        return path[4] ? film_find_box(out, out->body, path + 5) : true;
    }
    return false;
}

/* --- a track ---------------------------------------------------------------------------------- */

void film_track_finish(struct track *t)
{
    free(t->samples);
    *t = (struct track){0};
}
static int damaged(struct err *err, const char *what)
{
    return err_set(err, ERR_EXTERNAL,
                   "a piece of the film is damaged (%s): remove work/ and export again", what);
}

static int read_head(struct track *out, const struct film_piece *piece, struct err *err)
{
    const struct bytes all = {(const uint8_t *)piece->bytes, piece->nb};
    struct box trak, mdhd, trex;
    if (!film_find_box(&trak, all, "moov/trak") || !film_find_box(&mdhd, trak.body, "mdia/mdhd"))
        return damaged(err, "it has no header");
    const size_t at = mdhd.body.nb && mdhd.body.p[0] == 1 ? 20 : 12;
    if (mdhd.body.nb < at + 12)
        return damaged(err, "its header is short");
    out->head = trak.all;
    out->scale = u32_at(mdhd.body.p + at);
    if (!out->scale)
        return damaged(err, "it has no time scale");
    if (film_find_box(&trex, all, "moov/mvex/trex") && trex.body.nb >= 24) {
        out->duration = u32_at(trex.body.p + 12);
        out->size = u32_at(trex.body.p + 16);
        out->flags = u32_at(trex.body.p + 20);
    }
    return 0;
}

/* A fragment of the one track: what its samples have in common. */
struct fragment {
    struct bytes piece; /* from the begin of its moof on */
    int64_t at;
    uint32_t duration, size, flags;
};

static bool read_tfhd(struct fragment *f, struct bytes b)
{
    enum { BASE = 1, DESCRIPTION = 2, DURATION = 8, SIZE = 0x10, FLAGS = 0x20 };
    uint32_t flags, id;
    if (!take_u32(&flags, &b) || !take_u32(&id, &b) || (flags & BASE))
        return false;
    return (!(flags & DESCRIPTION) || skip(&b, 4)) &&
           (!(flags & DURATION) || take_u32(&f->duration, &b)) &&
           (!(flags & SIZE) || take_u32(&f->size, &b)) &&
           (!(flags & FLAGS) || take_u32(&f->flags, &b));
}

/* So that a time in milliseconds fits into a number. */
static const int64_t most_at = INT64_C(1) << 52;

static bool read_tfdt(struct fragment *f, struct bytes b)
{
    uint32_t flags, high = 0, low;
    if (!take_u32(&flags, &b) || (flags >> 24 == 1 && !take_u32(&high, &b)) || !take_u32(&low, &b))
        return false;
    if (high >= most_at >> 32)
        return false;
    f->at = (int64_t)high << 32 | low;
    return true;
}

static void add_sample(struct track *t, const struct sample *s)
{
    t->samples = mem_grow(t->samples, t->nb, sizeof *t->samples);
    t->samples[t->nb++] = *s;
}

/* The samples of a run. They follow each other from its offset on. */
static bool read_trun(struct track *t, struct fragment *f, struct bytes b)
{
    enum { OFFSET = 1, FIRST = 4, DURATION = 0x100, SIZE = 0x200, FLAGS = 0x400, LATER = 0x800 };
    const uint32_t not_sync = 0x10000;
    uint32_t what, nb, offset = 0, first = 0, later;
    if (!take_u32(&what, &b) || !take_u32(&nb, &b) || !(what & OFFSET) || !take_u32(&offset, &b) ||
        ((what & FIRST) && !take_u32(&first, &b)) || offset > f->piece.nb)
        return false;
    struct bytes data = {f->piece.p + offset, f->piece.nb - offset};
    for (uint32_t i = 0; i < nb; i++) {
        struct sample s = {.bytes = data.p, .size = f->size, .duration = f->duration, .at = f->at};
        uint32_t flags = i == 0 && (what & FIRST) ? first : f->flags;
        if (((what & DURATION) && !take_u32(&s.duration, &b)) ||
            ((what & SIZE) && !take_u32(&s.size, &b)) ||
            ((what & FLAGS) && !take_u32(&flags, &b)) ||
            ((what & LATER) && (!take_u32(&later, &b) || later)) || !s.size ||
            !skip(&data, s.size) || f->at > most_at)
            return false;
        s.sync = !(flags & not_sync);
        f->at += s.duration;
        add_sample(t, &s);
    }
    return true;
}

static int read_fragment(struct track *t, const struct box *moof, struct bytes piece,
                         struct err *err)
{
    struct box b;
    struct fragment f = {piece, -1, t->duration, t->size, t->flags};
    if (!film_find_box(&b, moof->body, "traf"))
        return damaged(err, "a fragment has no track");
    struct bytes traf = b.body;
    while (next_box(&b, &traf)) {
        if (is(&b, "tfhd")   ? !read_tfhd(&f, b.body)
            : is(&b, "tfdt") ? !read_tfdt(&f, b.body)
                             : is(&b, "trun") && (f.at < 0 || !read_trun(t, &f, b.body)))
            return damaged(err, "a fragment cannot be read");
    }
    return 0;
}

static int read_piece(struct track *t, const struct film_piece *piece, struct err *err)
{
    struct bytes rest = {(const uint8_t *)piece->bytes, piece->nb};
    const size_t before = t->nb;
    struct box b;
    struct bytes from = rest;
    while (next_box(&b, &rest)) {
        if (is(&b, "moof") && read_fragment(t, &b, from, err) < 0)
            return err->code;
        from = rest;
    }
    return rest.nb || t->nb == before ? damaged(err, "it has no end") : 0;
}

/* The time to the next sample is what counts. */
static int space_samples(struct track *t, struct err *err)
{
    for (size_t i = 0; i + 1 < t->nb; i++) {
        const int64_t step = t->samples[i + 1].at - t->samples[i].at;
        if (step < 0 || step > INT32_MAX)
            return damaged(err, "its times are not in order");
        t->samples[i].duration = (uint32_t)step;
    }
    return 0;
}

int film_read_track(struct track *out, const struct film_pieces *pieces, struct err *err)
{
    if (!pieces->nb)
        return 0;
    if (read_head(out, &pieces->list[0], err) < 0)
        return err->code;
    for (size_t i = 0; i < pieces->nb; i++)
        if (read_piece(out, &pieces->list[i], err) < 0)
            return err->code;
    return space_samples(out, err);
}

int64_t film_ms_of(const struct track *t, int64_t at)
{
    return t->scale ? at * 1000 / t->scale : 0;
}

void film_trim(struct track *t, const struct film_range *range)
{
    size_t nb = 0;
    for (size_t i = 0; i < t->nb; i++) {
        const struct sample s = t->samples[i];
        if (film_ms_of(t, s.at + s.duration) > range->from_ms && film_ms_of(t, s.at) < range->to_ms)
            t->samples[nb++] = s;
    }
    t->nb = nb;
}
