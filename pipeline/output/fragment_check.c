#include "fragment_check.h"

#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <string.h>

#include "fs.h"
#include "mem.h"

/* Numbers of clauses are of ISO/IEC 14496-12. */

/* A range of bytes that is being read. */
struct bytes {
    const uint8_t *at, *end;
};

struct box {
    char type[5];
    struct bytes in; /* its content */
};

struct check {
    const struct fragment_expected *expected;
    struct fragment_found *found;
    const uint8_t *file; /* its first byte */
    uint32_t time_scale;
    const uint8_t *moof;
    struct bytes mdat;
    const char *wrong; /* what is; NULL: nothing yet */
};

/* --- reading ---------------------------------------------------------------------------------- */

static size_t left(const struct bytes *b)
{
    return (size_t)(b->end - b->at);
}

static bool fail(struct check *c, const char *what)
{
    if (!c->wrong)
        c->wrong = what;
    return false;
}

/* The next nb bytes, as a number; beyond the end, 0. */
static uint64_t number(struct bytes *b, size_t nb)
{
    uint64_t v = 0;
    if (left(b) < nb) {
        b->at = b->end;
        return 0;
    }
    for (size_t i = 0; i < nb; i++)
        v = v << 8 | *b->at++;
    return v;
}

/* 4.2. Sizes of 64 bits and boxes up to the file's end are not written by talkpress. */
static bool next_box(struct box *out, struct bytes *b)
{
    if (left(b) < 8)
        return false;
    const uint32_t size = AV_RB32(b->at);
    if (size < 8 || size > left(b))
        return false;
    memcpy(out->type, b->at + 4, 4);
    out->type[4] = '\0';
    out->in = (struct bytes){b->at + 8, b->at + size};
    b->at += size;
    return true;
}

/* Reads a box in a container, which must be of the type that the list says next. */
static bool expect_box(struct bytes *out, struct check *c, struct bytes *b, const char *type)
{
    struct box box = {0};
    if (!next_box(&box, b) || strcmp(box.type, type) != 0)
        return fail(c, type);
    *out = box.in;
    return true;
}

/* A box that only has to be there, of a size up to most. */
static bool pass_box(struct check *c, struct bytes *b, const char *type, size_t most)
{
    struct bytes in = {0};
    return expect_box(&in, c, b, type) && (left(&in) <= most || fail(c, type));
}

static bool ended(struct check *c, const struct bytes *b, const char *what)
{
    return left(b) == 0 || fail(c, what);
}

/* --- the header ------------------------------------------------------------------------------- */

/* 4.3: known brands alone. */
static bool check_ftyp(struct check *c, struct bytes *file)
{
    static const char brands[] = "isom iso2 iso5 iso6 mp41 avc1 cmfc";
    struct bytes in = {0};
    if (!expect_box(&in, c, file, "ftyp") || left(&in) < 8 || left(&in) % 4)
        return fail(c, "ftyp");
    for (size_t i = 0; left(&in); i++) {
        const char *brand = (const char *)in.at;
        bool known = i == 1; /* the minor version */
        for (const char *b = brands; !known && *b; b += b[4] ? 5 : 4)
            known = memcmp(b, brand, 4) == 0;
        if (!known)
            return fail(c, "a brand of ftyp");
        in.at += 4;
    }
    return true;
}

/* 8.4.2 */
static bool check_mdhd(struct check *c, struct bytes *mdia)
{
    struct bytes in = {0};
    if (!expect_box(&in, c, mdia, "mdhd"))
        return false;
    const bool wide = number(&in, 4) >> 24 == 1;
    number(&in, wide ? 8 : 4);
    number(&in, wide ? 8 : 4);
    c->time_scale = (uint32_t)number(&in, 4);
    return (c->time_scale > 0 && c->time_scale <= INT32_MAX) || fail(c, "mdhd");
}

/* 8.4.3 */
static bool check_hdlr(struct check *c, struct bytes *mdia)
{
    enum { MAX_NAME = 64 };
    struct bytes in = {0};
    if (!expect_box(&in, c, mdia, "hdlr") || left(&in) < 24 || left(&in) > 24 + MAX_NAME)
        return fail(c, "hdlr");
    return memcmp(in.at + 8, c->expected->sound ? "soun" : "vide", 4) == 0 || fail(c, "hdlr");
}

/* 8.7.2: the media is in the same file. */
static bool check_dinf(struct check *c, struct bytes *minf)
{
    struct bytes dinf = {0}, dref = {0}, url = {0};
    return expect_box(&dinf, c, minf, "dinf") && expect_box(&dref, c, &dinf, "dref") &&
           number(&dref, 4) == 0 && number(&dref, 4) == 1 && expect_box(&url, c, &dref, "url ") &&
           number(&url, 4) == 1 && ended(c, &url, "url ") && ended(c, &dref, "dref") &&
           ended(c, &dinf, "dinf");
}

/* ISO/IEC 14496-15, 5.3.3.1: its first numbers are those of RFC 6381's name. */
static bool check_avc1(struct check *c, struct bytes in)
{
    enum { HEAD = 78, WIDTH_AT = 24, MAX_AVCC = 512 };
    struct bytes avcc = {0};
    if (left(&in) < HEAD || AV_RB16(in.at + WIDTH_AT) != c->expected->width ||
        AV_RB16(in.at + WIDTH_AT + 2) != c->expected->height)
        return fail(c, "the picture's size");
    in.at += HEAD;
    if (!expect_box(&avcc, c, &in, "avcC") || left(&avcc) < 7 || left(&avcc) > MAX_AVCC ||
        avcc.at[0] != 1 || (avcc.at[4] & 3) != 3)
        return fail(c, "avcC");
    snprintf(c->found->codecs, sizeof c->found->codecs, "avc1.%02x%02x%02x", avcc.at[1], avcc.at[2],
             avcc.at[3]);
    struct box more = {0};
    while (left(&in))
        if (!next_box(&more, &in) || left(&more.in) > 32 ||
            (strcmp(more.type, "pasp") != 0 && strcmp(more.type, "colr") != 0 &&
             strcmp(more.type, "btrt") != 0))
            return fail(c, "avc1");
    return true;
}

/* 12.2.3, and ISO/IEC 14496-3, 1.6.2.1: AAC-LC at 48 kHz. */
static bool check_mp4a(struct check *c, struct bytes in)
{
    enum { HEAD = 28, CHANNELS_AT = 16, RATE_AT = 24, MAX_ESDS = 128, RATE = 48000 };
    enum { ANY = 2 /* written whatever it is: esds counts (ISO/IEC 14496-14, 5.6.1) */ };
    struct bytes esds = {0};
    if (left(&in) < HEAD || AV_RB16(in.at + RATE_AT) != RATE)
        return fail(c, "the sound's format");
    const int channels = AV_RB16(in.at + CHANNELS_AT);
    if (channels != ANY && channels != c->expected->channels)
        return fail(c, "the sound's format");
    in.at += HEAD;
    if (!expect_box(&esds, c, &in, "esds") || left(&esds) > MAX_ESDS)
        return fail(c, "esds");
    const uint8_t config[] = {0x11, (uint8_t)(0x80 | c->expected->channels << 3)};
    bool there = false;
    for (; !there && left(&esds) >= sizeof config; esds.at++)
        there = memcmp(esds.at, config, sizeof config) == 0;
    snprintf(c->found->codecs, sizeof c->found->codecs, "mp4a.40.2");
    if (left(&in) && !pass_box(c, &in, "btrt", 12))
        return false;
    return (there && left(&in) == 0) || fail(c, "mp4a");
}

/* 8.5 and 8.6: one entry, and no samples. */
static bool check_stbl(struct check *c, struct bytes *minf)
{
    static const char *const tables[] = {"stts", "stsc", "stsz", "stco"};
    struct bytes stbl = {0}, stsd = {0}, entry = {0}, in = {0};
    if (!expect_box(&stbl, c, minf, "stbl") || !expect_box(&stsd, c, &stbl, "stsd") ||
        number(&stsd, 4) != 0 || number(&stsd, 4) != 1 ||
        !expect_box(&entry, c, &stsd, c->expected->sound ? "mp4a" : "avc1") ||
        !ended(c, &stsd, "stsd") ||
        !(c->expected->sound ? check_mp4a(c, entry) : check_avc1(c, entry)))
        return fail(c, "stsd");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!expect_box(&in, c, &stbl, tables[i]) || left(&in) > 12)
            return false;
        while (left(&in))
            if (number(&in, 1) != 0)
                return fail(c, tables[i]);
    }
    return ended(c, &stbl, "stbl");
}

static bool check_trak(struct check *c, struct bytes *moov)
{
    enum { TKHD = 96, MHD = 16 };
    struct bytes trak = {0}, mdia = {0}, minf = {0};
    return expect_box(&trak, c, moov, "trak") && pass_box(c, &trak, "tkhd", TKHD) &&
           expect_box(&mdia, c, &trak, "mdia") && check_mdhd(c, &mdia) && check_hdlr(c, &mdia) &&
           expect_box(&minf, c, &mdia, "minf") &&
           pass_box(c, &minf, c->expected->sound ? "smhd" : "vmhd", MHD) && check_dinf(c, &minf) &&
           check_stbl(c, &minf) && ended(c, &minf, "minf") && ended(c, &mdia, "mdia") &&
           ended(c, &trak, "trak");
}

/* 8.10.1: libavformat's list of tags, which is empty. */
static bool check_udta(struct check *c, struct bytes *moov)
{
    static const char empty[] = "\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst";
    struct bytes in = {0};
    if (!left(moov))
        return true;
    return (expect_box(&in, c, moov, "udta") && left(&in) == sizeof empty - 1 &&
            memcmp(in.at, empty, sizeof empty - 1) == 0) ||
           fail(c, "udta");
}

static bool check_moov(struct check *c, struct bytes *file)
{
    enum { MVHD = 112, TREX = 24 };
    struct bytes moov = {0}, mvex = {0};
    return expect_box(&moov, c, file, "moov") && pass_box(c, &moov, "mvhd", MVHD) &&
           check_trak(c, &moov) && expect_box(&mvex, c, &moov, "mvex") &&
           pass_box(c, &mvex, "trex", TREX) && ended(c, &mvex, "mvex") && check_udta(c, &moov) &&
           ended(c, &moov, "moov");
}

/* --- the fragment ----------------------------------------------------------------------------- */

/* 8.8.7: what its samples have in common. */
struct defaults {
    uint32_t duration, size;
};

static bool check_tfhd(struct defaults *out, struct check *c, struct bytes *traf)
{
    enum { BASE = 0x1, INDEX = 0x2, DURATION = 0x8, SIZE = 0x10, FLAGS = 0x20, MOOF = 0x20000 };
    struct bytes in = {0};
    if (!expect_box(&in, c, traf, "tfhd"))
        return false;
    const uint32_t flags = (uint32_t)number(&in, 4);
    if (flags & ~(uint32_t)(DURATION | SIZE | FLAGS | MOOF) || !(flags & MOOF) ||
        number(&in, 4) != 1)
        return fail(c, "tfhd");
    *out = (struct defaults){0};
    if (flags & DURATION)
        out->duration = (uint32_t)number(&in, 4);
    if (flags & SIZE)
        out->size = (uint32_t)number(&in, 4);
    if (flags & FLAGS)
        number(&in, 4);
    return ended(c, &in, "tfhd");
}

/* A time of the track in its time scale: so many frames or packets, of which each is a whole number
 * of ticks. False where it is not. */
static bool in_time_scale(uint64_t *out, const struct check *c, int64_t nb)
{
    const struct fragment_expected *e = c->expected;
    const uint64_t per = (uint64_t)(e->sound ? 1024 : e->fps.den),
                   of = (uint64_t)(e->sound ? 48000 : e->fps.num);
    *out = (uint64_t)nb * (per * c->time_scale / of);
    return per * c->time_scale % of == 0;
}

/* 8.8.12 */
static bool check_tfdt(struct check *c, struct bytes *traf)
{
    struct bytes in = {0};
    uint64_t wanted = 0;
    if (!expect_box(&in, c, traf, "tfdt"))
        return false;
    const bool wide = number(&in, 4) >> 24 == 1;
    const uint64_t at = number(&in, wide ? 8 : 4);
    return (in_time_scale(&wanted, c, c->expected->first) && at == wanted &&
            ended(c, &in, "tfdt")) ||
           fail(c, "its time");
}

/* ITU-T H.264, 7.3.1: parts of a picture, and what decodes them. The first picture needs no other.
 */
static bool check_picture(const uint8_t *at, uint32_t size, bool first)
{
    enum { SLICE = 1, IDR = 5, SEI = 6, PPS = 8 };
    bool is_idr = false;
    struct bytes b = {at, at + size};
    while (left(&b)) {
        const uint64_t nb = number(&b, 4);
        if (nb == 0 || nb > left(&b))
            return false;
        const int type = b.at[0] & 0x1f;
        is_idr = is_idr || type == IDR;
        if (type != SLICE && (type < IDR || type > PPS))
            return false;
        b.at += nb;
    }
    return size > 0 && (!first || is_idr);
}

/* 8.8.8. The samples fill mdat. */
static bool check_trun(struct check *c, struct bytes *traf, const struct defaults *usual)
{
    enum { OFFSET = 0x1, FIRST = 0x4, DURATION = 0x100, SIZE = 0x200, FLAGS = 0x400, ALL = 0x705 };
    struct bytes in = {0};
    uint64_t step = 0;
    if (!expect_box(&in, c, traf, "trun") || !in_time_scale(&step, c, 1))
        return false;
    const uint32_t flags = (uint32_t)number(&in, 4);
    if (flags & ~(uint32_t)ALL || !(flags & OFFSET) ||
        number(&in, 4) != (uint64_t)c->expected->nb ||
        c->moof + (int32_t)number(&in, 4) != c->mdat.at)
        return fail(c, "trun");
    if (flags & FIRST)
        number(&in, 4);
    const uint8_t *at = c->mdat.at;
    for (int64_t i = 0; i < c->expected->nb; i++) {
        const uint64_t duration = flags & DURATION ? number(&in, 4) : usual->duration;
        const uint32_t size = flags & SIZE ? (uint32_t)number(&in, 4) : usual->size;
        if (flags & FLAGS)
            number(&in, 4);
        if (duration != step || size > (size_t)(c->mdat.end - at))
            return fail(c, "a sample of trun");
        if (!c->expected->sound && !check_picture(at, size, i == 0))
            return fail(c, "a picture");
        at += size;
    }
    return (at == c->mdat.end && ended(c, &in, "trun")) || fail(c, "mdat");
}

static bool check_moof(struct check *c, struct bytes *moof)
{
    struct bytes traf = {0};
    struct defaults usual = {0};
    return pass_box(c, moof, "mfhd", 8) && expect_box(&traf, c, moof, "traf") &&
           check_tfhd(&usual, c, &traf) && check_tfdt(c, &traf) && check_trun(c, &traf, &usual) &&
           ended(c, &traf, "traf") && ended(c, moof, "moof");
}

static bool check_all(struct check *c, struct bytes file)
{
    struct bytes moof = {0};
    if (!check_ftyp(c, &file) || !check_moov(c, &file))
        return false;
    c->moof = file.at;
    c->found->init_bytes = file.at - c->file;
    return expect_box(&moof, c, &file, "moof") && expect_box(&c->mdat, c, &file, "mdat") &&
           ended(c, &file, "its end") && check_moof(c, &moof);
}

int fragment_check_bytes(struct fragment_found *out, const uint8_t *bytes, size_t nb,
                         const struct fragment_expected *expected, struct err *err)
{
    struct check c = {.expected = expected, .found = out, .file = bytes};
    *out = (struct fragment_found){0};
    return check_all(&c, (struct bytes){bytes, bytes + nb})
               ? 0
               : err_set(err, ERR_EXTERNAL, "the preview is not what it should be: %s",
                         c.wrong ? c.wrong : "a number");
}

int fragment_check(struct fragment_found *out, const char *path,
                   const struct fragment_expected *expected, struct err *err)
{
    enum { MAX_BYTES = 256 << 20 };
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    return fs_read(&bytes, &nb, path, MAX_BYTES, err) < 0
               ? err->code
               : fragment_check_bytes(out, (const uint8_t *)bytes, nb, expected, err);
}
