#include "hook_output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hook_outcome.h"
#include "mem.h"

enum { MOST_HEAD = HOOK_MOST_OUTPUT / 2, MOST_TAIL = HOOK_MOST_OUTPUT - MOST_HEAD };

/* Keeps the last bytes of the tail. */
static void trim(struct str *tail)
{
    if (tail->len <= MOST_TAIL)
        return;
    struct str last = {0};
    str_add_bytes(&last, tail->s + tail->len - MOST_TAIL, MOST_TAIL);
    str_finish(tail);
    *tail = last;
}

bool hook_output_take(struct hook_output *o, int fd)
{
    char bytes[1 << 16];
    const ssize_t nb = read(fd, bytes, sizeof bytes);
    if (nb <= 0)
        return nb < 0 && errno == EINTR;
    const size_t room = MOST_HEAD - o->head.len, first = (size_t)nb < room ? (size_t)nb : room;
    str_add_bytes(&o->head, bytes, first);
    str_add_bytes(&o->tail, bytes + first, (size_t)nb - first);
    trim(&o->tail);
    o->nb_bytes += nb;
    return true;
}

void hook_output_text(struct str *out, const struct hook_output *o)
{
    const int64_t left_out = o->nb_bytes - (int64_t)(o->head.len + o->tail.len);
    if (o->head.len)
        str_add_bytes(out, o->head.s, o->head.len);
    if (left_out > 0)
        str_addf(out, "\n[%" PRId64 " bytes are left out]\n", left_out);
    if (o->tail.len)
        str_add_bytes(out, o->tail.s, o->tail.len);
}

char *hook_output_last_line(const struct hook_output *o)
{
    enum { MOST = 200 };
    const struct str *from = o->tail.len ? &o->tail : &o->head;
    AUTO_FREE char *text = str_clean(from->s ? from->s : "");
    size_t end = strlen(text), begin;
    while (end && strchr(" \t\r\n", text[end - 1]))
        end--;
    text[end] = '\0';
    for (begin = end; begin && text[begin - 1] != '\n';)
        begin--;
    return str_quote(text + begin, MOST);
}

void hook_output_finish(struct hook_output *o)
{
    str_finish(&o->head);
    str_finish(&o->tail);
}
