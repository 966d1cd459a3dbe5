#include "event_times.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

enum {
    MINUTE_S = 60,
    HOUR_S = 3600,
    WHOLE_DAY_S = 20 * HOUR_S, /* a day this long says nothing about its first talk */
};

/* An event whose start is not in doubt. */
struct slot {
    size_t room;
    int64_t begin, end;
};

struct settling {
    struct event_times *times;
    struct programme *programme;
    const char *file;
    struct slot *slots; /* by room and begin; of events in a room */
    size_t nb_slots;
    size_t nb_certain; /* events with a start that is not in doubt */
};

/* How badly the starts of a group of events fit if one claim counts for all of them. */
struct misfit {
    size_t outside; /* events outside the day, or outside the conference */
    size_t clashes; /* events that overlap with another one in the room */
    int64_t gap;    /* from the day's begin to its first event; INT64_MAX: says nothing */
};

static void settle_zone(const struct settling *s);
static void settle_starts(struct settling *s);
static void settle_lengths(struct settling *s);
static void note(const struct settling *s, const size_t *events, size_t nb, const char *names[2],
                 const char *texts[2], size_t winner, const char *why);

void event_times_init(struct event_times *times)
{
    *times = (struct event_times){.length = {{.s = -1}, {.s = -1}}};
}

void event_times_finish(struct event_times *times)
{
    free(times->where);
    for (size_t i = 0; i < 2; i++) {
        free(times->start[i].text);
        free(times->length[i].text);
    }
    event_times_init(times);
}

void start_claim_set(struct start_claim *claim, const struct datetime *when, const char *name,
                     const char *text)
{
    free(claim->text);
    *claim = (struct start_claim){*when, name, mem_strdup(text)};
}

void length_claim_set(struct length_claim *claim, int64_t s, const char *name, const char *text)
{
    free(claim->text);
    *claim =
        (struct length_claim){s > DATETIME_MAX_DURATION_S ? -1 : (int)s, name, mem_strdup(text)};
}

void event_times_settle(struct event_times *times, struct programme *p, const char *file)
{
    struct settling s = {.times = times, .programme = p, .file = file};
    settle_zone(&s);
    settle_starts(&s);
    settle_lengths(&s);
    free(s.slots);
    for (size_t i = 0; i < p->nb_talks; i++) {
        p->talks[i].start = datetime_format(&times[i].start[0].when);
        if (times[i].length[0].s > 0)
            p->talks[i].parts[0].slot_s = times[i].length[0].s;
    }
}

static int64_t start_s(const struct event_times *t, size_t claim)
{
    return datetime_unix_s(&t->start[claim].when);
}

static int length_s(const struct event_times *t)
{
    return t->length[0].s > 0 ? t->length[0].s : 0;
}

static bool is_disputed(const struct event_times *t)
{
    return t->start[1].when.has_time;
}

/* Seconds from the first claim to the second. */
static int64_t difference_s(const struct event_times *t)
{
    return start_s(t, 1) - start_s(t, 0);
}

/* --- starts --- */

/* Dates in UTC beside local times of day are no contradiction if all differ by the same: that is
 * the zone's offset. */
static void settle_zone(const struct settling *s)
{
    const struct event_times *first = NULL;
    for (size_t i = 0; i < s->programme->nb_talks; i++) {
        const struct event_times *t = &s->times[i];
        if (!t->start[0].when.has_time)
            continue;
        first = first ? first : t;
        if (!t->is_utc || !is_disputed(t) || difference_s(t) != difference_s(first) ||
            difference_s(t) % (15 * MINUTE_S) != 0)
            return;
    }
    const int offset_min = first ? (int)(difference_s(first) / MINUTE_S) : 0;
    for (size_t i = 0; i < s->programme->nb_talks; i++) {
        struct event_times *t = &s->times[i];
        if (!t->start[0].when.has_time)
            continue;
        t->start[0].when = t->start[1].when;
        t->start[0].when.has_offset = true;
        t->start[0].when.offset_min = offset_min;
        t->start[1].when.has_time = false;
    }
}

static int compare_slots(const void *va, const void *vb)
{
    const struct slot *a = va, *b = vb;
    if (a->room != b->room)
        return a->room < b->room ? -1 : 1;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

static void collect_slots(struct settling *s)
{
    free(s->slots);
    s->slots = mem_zalloc(s->programme->nb_talks + 1, sizeof *s->slots);
    s->nb_slots = s->nb_certain = 0;
    for (size_t i = 0; i < s->programme->nb_talks; i++) {
        const struct event_times *t = &s->times[i];
        if (!t->start[0].when.has_time || is_disputed(t))
            continue;
        s->nb_certain++;
        if (t->room)
            s->slots[s->nb_slots++] =
                (struct slot){t->room, start_s(t, 0), start_s(t, 0) + length_s(t)};
    }
    qsort(s->slots, s->nb_slots, sizeof *s->slots, compare_slots);
}

/* The first slot that does not come before wanted. */
static size_t find_slot(const struct settling *s, const struct slot *wanted)
{
    size_t low = 0, high = s->nb_slots;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_slots(&s->slots[middle], wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool clashes(const struct settling *s, const struct slot *wanted)
{
    const size_t i = find_slot(s, wanted);
    const struct slot *before = i > 0 ? &s->slots[i - 1] : NULL;
    const struct slot *after = i < s->nb_slots ? &s->slots[i] : NULL;
    return wanted->room &&
           ((before && before->room == wanted->room && before->end > wanted->begin) ||
            (after && after->room == wanted->room &&
             (after->begin < wanted->end || after->begin == wanted->begin)));
}

/* The morning after the last day still belongs to it. */
static bool is_outside(const struct settling *s, const struct event_times *t, size_t claim)
{
    const struct programme *p = s->programme;
    const int64_t begin = start_s(t, claim);
    if (t->day_begin < t->day_end)
        return begin < t->day_begin || begin + length_s(t) > t->day_end;
    struct datetime when = t->start[claim].when;
    AUTO_FREE char *day = datetime_format_day(&when);
    if (datetime_clock_s(&when) < 12 * HOUR_S)
        datetime_add_days(&when, -1);
    AUTO_FREE char *night = datetime_format_day(&when);
    return (p->begin && strcmp(day, p->begin) < 0) || (p->end && strcmp(night, p->end) > 0);
}

static struct misfit misfit_of(const struct settling *s, const size_t *events, size_t nb,
                               size_t claim)
{
    struct misfit m = {.gap = INT64_MAX};
    for (size_t i = 0; i < nb; i++) {
        const struct event_times *t = &s->times[events[i]];
        const int64_t begin = start_s(t, claim), gap = llabs(begin - t->day_begin);
        m.outside += is_outside(s, t, claim);
        m.clashes += clashes(s, &(struct slot){t->room, begin, begin + length_s(t)});
        if (!s->nb_certain && t->day_begin < t->day_end &&
            t->day_end - t->day_begin < WHOLE_DAY_S && gap < m.gap)
            m.gap = gap;
    }
    return m;
}

/* The claim that counts for a group of events with the same difference; *why for the note. */
static size_t choose(const char **why, const struct settling *s, const size_t *events, size_t nb)
{
    const struct misfit a = misfit_of(s, events, nb, 0), b = misfit_of(s, events, nb, 1);
    const struct event_times *t = &s->times[events[0]];
    const int offset_s = t->start[0].when.offset_min * MINUTE_S;
    if (a.outside != b.outside) {
        *why = "the other one is outside the hours or days of the conference";
        return b.outside < a.outside;
    }
    if (a.clashes != b.clashes) {
        *why = "the other one overlaps with another event in the room";
        return b.clashes < a.clashes;
    }
    if (a.gap != b.gap) {
        *why = "the first event is then nearer to the beginning of the day";
        return b.gap < a.gap;
    }
    if (offset_s && difference_s(t) == -offset_s) {
        *why = "the other one is off by exactly its time zone's offset";
        return 1;
    }
    *why = "nothing else in the file decides";
    return 0;
}

struct disputed {
    int64_t difference_s;
    const char *name;
    size_t event;
};

static int compare_disputed(const void *va, const void *vb)
{
    const struct disputed *a = va, *b = vb;
    const int by_name = strcmp(a->name, b->name);
    if (by_name)
        return by_name;
    if (a->difference_s != b->difference_s)
        return a->difference_s < b->difference_s ? -1 : 1;
    return (a->event > b->event) - (a->event < b->event);
}

static void settle_group(const struct settling *s, const size_t *events, size_t nb)
{
    const char *why;
    const size_t winner = choose(&why, s, events, nb);
    const struct start_claim *claims = s->times[events[0]].start;
    note(s, events, nb, (const char *[]){claims[0].name, claims[1].name},
         (const char *[]){claims[0].text, claims[1].text}, winner, why);
    for (size_t i = 0; i < nb; i++) {
        struct event_times *t = &s->times[events[i]];
        if (winner == 1)
            t->start[0].when = t->start[1].when;
        t->start[1].when.has_time = false;
    }
}

/* Events whose claims differ by the same have the same cause, and are settled together. */
static void settle_starts(struct settling *s)
{
    const size_t nb_talks = s->programme->nb_talks;
    struct disputed *all = mem_zalloc(nb_talks + 1, sizeof *all);
    size_t *events = mem_zalloc(nb_talks + 1, sizeof *events);
    size_t nb = 0;
    for (size_t i = 0; i < nb_talks; i++)
        if (is_disputed(&s->times[i]))
            all[nb++] = (struct disputed){difference_s(&s->times[i]), s->times[i].start[1].name, i};
    qsort(all, nb, sizeof *all, compare_disputed);
    for (size_t i = 0; i < nb; i++)
        events[i] = all[i].event;
    collect_slots(s);
    for (size_t begin = 0, end = 0; begin < nb; begin = end) {
        while (end < nb && all[end].difference_s == all[begin].difference_s &&
               strcmp(all[end].name, all[begin].name) == 0)
            end++;
        settle_group(s, events + begin, end - begin);
    }
    free(events);
    free(all);
}

/* --- lengths --- */

/* 1: the event would overlap with the next one in its room by the first length only. */
static size_t choose_length(const struct settling *s, const struct event_times *t)
{
    if (!t->start[0].when.has_time || !t->room)
        return 0;
    const int64_t begin = start_s(t, 0);
    const size_t i = find_slot(s, &(struct slot){.room = t->room, .begin = begin + 1});
    if (i == s->nb_slots || s->slots[i].room != t->room)
        return 0;
    const int64_t room_s = s->slots[i].begin - begin;
    return t->length[0].s > room_s && t->length[1].s > 0 && t->length[1].s <= room_s;
}

static void settle_lengths(struct settling *s)
{
    static const char *const why[] = {"nothing else in the file decides",
                                      "the event would overlap with the next one in the room"};
    const size_t nb_talks = s->programme->nb_talks;
    size_t *events[2], nb[2] = {0};
    for (size_t k = 0; k < 2; k++)
        events[k] = mem_zalloc(nb_talks + 1, sizeof *events[k]);
    collect_slots(s);
    for (size_t i = 0; i < nb_talks; i++)
        if (s->times[i].length[1].s >= 0) {
            const size_t winner = choose_length(s, &s->times[i]);
            events[winner][nb[winner]++] = i;
        }
    for (size_t k = 0; k < 2; k++) {
        const struct length_claim *claims = nb[k] ? s->times[events[k][0]].length : NULL;
        if (claims)
            note(s, events[k], nb[k], (const char *[]){claims[0].name, claims[1].name},
                 (const char *[]){claims[0].text, claims[1].text}, k, why[k]);
        for (size_t i = 0; i < nb[k]; i++)
            s->times[events[k][i]].length[0].s = s->times[events[k][i]].length[k].s;
        free(events[k]);
    }
}

/* --- notes --- */

/* About the first event; the others are counted. */
static void note(const struct settling *s, const size_t *events, size_t nb, const char *names[2],
                 const char *texts[2], size_t winner, const char *why)
{
    const char *where = s->times[events[0]].where;
    AUTO_FREE char *title = str_quote(s->programme->talks[events[0]].title, STR_QUOTE_BYTES);
    AUTO_FREE char *first = str_quote(texts[0], STR_QUOTE_BYTES);
    AUTO_FREE char *second = str_quote(texts[1], STR_QUOTE_BYTES);
    AUTO_FREE char *more =
        nb < 2 ? mem_strdup("")
               : mem_printf(" The same for %zu more event%s.", nb - 1, nb == 2 ? "" : "s");
    programme_note(s->programme,
                   "'%s'%s%s: the %s of '%s' is \"%s\", but its %s is \"%s\". The %s counts: %s.%s",
                   s->file, where ? ", " : "", where ? where : "", names[0], title, first, names[1],
                   second, names[winner], why, more);
}
