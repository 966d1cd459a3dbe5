#include "film_mp4.h"

#include <stdlib.h>

#include "film_track.h"
#include "mem.h"

static void add_u32(struct str *out, int64_t v)
{
    const uint32_t u = (uint32_t)v;
    const char b[] = {(char)(u >> 24), (char)(u >> 16 & 0xff), (char)(u >> 8 & 0xff),
                      (char)(u & 0xff)};
    str_add_bytes(out, b, sizeof b);
}

static void put_u32(struct str *out, size_t at, int64_t v)
{
    for (int i = 0; i < 4; i++)
        out->s[at + (size_t)i] = (char)((uint32_t)v >> (24 - 8 * i) & 0xff);
}

static size_t begin_box(struct str *out, const char *type)
{
    const size_t at = out->len;
    add_u32(out, 0);
    str_add_bytes(out, type, 4);
    return at;
}

static void end_box(struct str *out, size_t at)
{
    put_u32(out, at, (int64_t)(out->len - at));
}

static void add_zeros(struct str *out, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        str_add_bytes(out, "", 1);
}

/* A box as it is in the pieces, found in head; nothing if there is none. Returns where it is. */
static size_t copy_box(struct str *out, struct bytes head, const char *path)
{
    struct box b;
    const size_t at = out->len;
    if (film_find_box(&b, head, path))
        str_add_bytes(out, (const char *)b.all.p, b.all.nb);
    return at;
}

/* A run of samples that are together in the file. */
struct chunk {
    int track;
    size_t first, nb;
    int64_t at_ms;
    size_t place; /* in the text: where its offset is written */
    int64_t bytes;
};

struct chunks {
    struct chunk *list; /* owned */
    size_t nb;
};

/* Of a second each. */
static void find_chunks(struct chunks *out, const struct track *t, int number)
{
    enum { CHUNK_MS = 1000 };
    for (size_t i = 0; i < t->nb; i++) {
        const int64_t at_ms = film_ms_of(t, t->samples[i].at);
        struct chunk *last = out->nb ? &out->list[out->nb - 1] : NULL;
        if (!last || last->track != number || at_ms - last->at_ms >= CHUNK_MS) {
            out->list = mem_grow(out->list, out->nb, sizeof *out->list);
            out->list[out->nb++] = (struct chunk){.track = number, .first = i, .at_ms = at_ms};
            last = &out->list[out->nb - 1];
        }
        last->nb++;
        last->bytes += t->samples[i].size;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct chunk *x = a, *y = b;
    const int64_t d = x->at_ms != y->at_ms ? x->at_ms - y->at_ms : x->track - y->track;
    return (d > 0) - (d < 0);
}

static void add_times(struct str *out, const struct track *t)
{
    const size_t box = begin_box(out, "stts"), at = out->len + 4;
    int64_t nb = 0;
    add_zeros(out, 8);
    for (size_t i = 0, k; i < t->nb; i = k, nb++) {
        for (k = i; k < t->nb && t->samples[k].duration == t->samples[i].duration;)
            k++;
        add_u32(out, (int64_t)(k - i));
        add_u32(out, t->samples[i].duration);
    }
    put_u32(out, at, nb);
    end_box(out, box);
}

static void add_key_frames(struct str *out, const struct track *t)
{
    const size_t box = begin_box(out, "stss"), at = out->len + 4;
    int64_t nb = 0;
    add_zeros(out, 8);
    for (size_t i = 0; i < t->nb; i++)
        if (t->samples[i].sync) {
            add_u32(out, (int64_t)i + 1);
            nb++;
        }
    put_u32(out, at, nb);
    end_box(out, box);
}

static void add_sizes(struct str *out, const struct track *t)
{
    const size_t box = begin_box(out, "stsz");
    add_zeros(out, 8);
    add_u32(out, (int64_t)t->nb);
    for (size_t i = 0; i < t->nb; i++)
        add_u32(out, t->samples[i].size);
    end_box(out, box);
}

static void add_chunks(struct str *out, struct chunks *chunks, int track)
{
    const size_t sizes = begin_box(out, "stsc"), at = out->len + 4;
    int64_t nb = 0;
    add_zeros(out, 8);
    for (size_t i = 0; i < chunks->nb; i++)
        if (chunks->list[i].track == track) {
            add_u32(out, ++nb);
            add_u32(out, (int64_t)chunks->list[i].nb);
            add_u32(out, 1);
        }
    put_u32(out, at, nb);
    end_box(out, sizes);
    const size_t places = begin_box(out, "stco");
    add_zeros(out, 4);
    add_u32(out, nb);
    for (size_t i = 0; i < chunks->nb; i++)
        if (chunks->list[i].track == track) {
            chunks->list[i].place = out->len;
            add_u32(out, 0);
        }
    end_box(out, places);
}

static int64_t duration_of(const struct track *t)
{
    const struct sample *last = &t->samples[t->nb - 1];
    return last->at + last->duration - t->samples[0].at;
}

/* When the first sample is not at the begin of the film: what comes before it is empty, or it is
 * begun later. */
static void add_edits(struct str *out, const struct track *t, const struct film_range *range)
{
    const int64_t from = range->from_ms * t->scale / 1000, late = t->samples[0].at - from;
    const int64_t skipped = late < 0 ? -late : 0, kept = duration_of(t) - skipped;
    if (late * 1000 < t->scale && late * 1000 > -(int64_t)t->scale)
        return; /* less than a millisecond */
    const size_t edts = begin_box(out, "edts"), elst = begin_box(out, "elst");
    add_zeros(out, 4);
    add_u32(out, late > 0 ? 2 : 1);
    if (late > 0) {
        add_u32(out, film_ms_of(t, late));
        add_u32(out, -1);
        add_u32(out, 1 << 16);
    }
    add_u32(out, film_ms_of(t, kept));
    add_u32(out, skipped);
    add_u32(out, 1 << 16);
    end_box(out, elst);
    end_box(out, edts);
}

/* Its header, with another number and length. */
static void add_track_head(struct str *out, const struct track *t, int number)
{
    const size_t tkhd = copy_box(out, t->head, "trak/tkhd");
    const bool wide = out->len > tkhd + 8 && out->s[tkhd + 8] == 1;
    const size_t id = tkhd + (wide ? 28 : 20);
    if (out->len < id + 20)
        return;
    put_u32(out, tkhd + 8, (int64_t)(wide ? 1 << 24 : 0) | 3); /* shown, and part of the film */
    put_u32(out, id, number);
    if (wide)
        put_u32(out, id + 8, 0);
    put_u32(out, id + (wide ? 12 : 8), film_ms_of(t, duration_of(t)));
}

static void add_media_head(struct str *out, const struct track *t)
{
    const size_t mdhd = copy_box(out, t->head, "trak/mdia/mdhd");
    const bool wide = out->s[mdhd + 8] == 1; /* read_head has looked at its length */
    if (wide)
        put_u32(out, mdhd + 32, duration_of(t) >> 32);
    put_u32(out, mdhd + (wide ? 36 : 24), duration_of(t));
}

static void add_track(struct str *out, const struct track *t, int number, struct chunks *chunks,
                      const struct film_range *range)
{
    const size_t trak = begin_box(out, "trak");
    add_track_head(out, t, number);
    add_edits(out, t, range);
    const size_t mdia = begin_box(out, "mdia");
    add_media_head(out, t);
    copy_box(out, t->head, "trak/mdia/hdlr");
    const size_t minf = begin_box(out, "minf");
    copy_box(out, t->head, "trak/mdia/minf/vmhd");
    copy_box(out, t->head, "trak/mdia/minf/smhd");
    copy_box(out, t->head, "trak/mdia/minf/dinf");
    const size_t stbl = begin_box(out, "stbl");
    copy_box(out, t->head, "trak/mdia/minf/stbl/stsd");
    add_times(out, t);
    if (number == 1)
        add_key_frames(out, t);
    add_sizes(out, t);
    add_chunks(out, chunks, number);
    end_box(out, stbl);
    end_box(out, minf);
    end_box(out, mdia);
    end_box(out, trak);
}

static void add_movie_head(struct str *out, const struct film_range *range)
{
    enum { SCALE = 1000, ONE = 1 << 16, NEXT_TRACK = 3 };
    const size_t mvhd = begin_box(out, "mvhd");
    add_zeros(out, 12);
    add_u32(out, SCALE);
    add_u32(out, range->to_ms - range->from_ms);
    add_u32(out, ONE);     /* speed */
    add_u32(out, 1 << 24); /* volume */
    add_zeros(out, 8);
    for (int i = 0; i < 9; i++) /* the unity matrix */
        add_u32(out, i == 8 ? 1 << 30 : i % 4 == 0 ? ONE : 0);
    add_zeros(out, 24);
    add_u32(out, NEXT_TRACK);
    end_box(out, mvhd);
}

static void add_file_type(struct str *out)
{
    const size_t ftyp = begin_box(out, "ftyp");
    str_add(out, "isom");
    add_u32(out, 0x200);
    str_add(out, "isomiso2avc1mp41");
    end_box(out, ftyp);
}

static int add_data(struct str *out, const struct track *tracks, const struct chunks *chunks,
                    struct err *err)
{
    const size_t mdat = begin_box(out, "mdat");
    for (size_t i = 0; i < chunks->nb; i++) {
        const struct chunk *c = &chunks->list[i];
        if (out->len + (size_t)c->bytes > UINT32_MAX)
            return err_set(err, ERR_INVALID, "the film is larger than 4 GB");
        put_u32(out, c->place, (int64_t)out->len);
        for (size_t k = c->first; k < c->first + c->nb; k++)
            str_add_bytes(out, (const char *)tracks[c->track - 1].samples[k].bytes,
                          tracks[c->track - 1].samples[k].size);
    }
    end_box(out, mdat);
    return 0;
}

static int write_film(struct str *out, const struct track *tracks, struct chunks *chunks,
                      const struct film_range *range, struct err *err)
{
    add_file_type(out);
    const size_t moov = begin_box(out, "moov");
    add_movie_head(out, range);
    for (int i = 0; i < 2; i++)
        if (tracks[i].nb)
            add_track(out, &tracks[i], i + 1, chunks, range);
    end_box(out, moov);
    return add_data(out, tracks, chunks, err);
}

int film_mp4_join(struct str *out, const struct film_pieces *pictures,
                  const struct film_pieces *sounds, const struct film_range *range, struct err *err)
{
    AUTO_STR film = {0};
    struct chunks chunks = {0};
    struct track tracks[2] = {{.nb = 0}, {.nb = 0}};
    int ret = film_read_track(&tracks[0], pictures, err) < 0
                  ? err->code
                  : film_read_track(&tracks[1], sounds, err);
    film_trim(&tracks[1], range);
    for (int i = 0; ret == 0 && i < 2; i++)
        find_chunks(&chunks, &tracks[i], i + 1);
    if (chunks.nb)
        qsort(chunks.list, chunks.nb, sizeof *chunks.list, by_time);
    if (ret == 0)
        ret = write_film(&film, tracks, &chunks, range, err);
    if (ret == 0)
        str_add_bytes(out, film.s, film.len);
    free(chunks.list);
    film_track_finish(&tracks[0]);
    film_track_finish(&tracks[1]);
    return ret;
}
