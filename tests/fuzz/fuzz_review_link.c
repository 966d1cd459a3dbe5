/*
 * Packets of the review's two processes: the service must take any bytes of the door, which
 * strangers may have taken over, and the door any of the service. What the service accepts is
 * written as it was read.
 */
#include <string.h>
#include <sys/mman.h>

#include "fuzz.h"
#include "json.h"
#include "mem.h"
#include "review_link.h"

static void read_request(const char *text, size_t size)
{
    struct err err = {0};
    AUTO_LINK_REQUEST request = {0}, again = {0};
    if (fuzz_failed(link_request_read(&request, text, size, &err), &err))
        return;
    AUTO_FREE char *written = link_request_text(&request);
    if (link_request_read(&again, written, strlen(written), &err) < 0)
        fuzz_broken("a request cannot be read back", err.msg);
    if (again.id != request.id || again.cancel != request.cancel || again.wish != request.wish ||
        again.talk != request.talk || again.part != request.part ||
        again.number != request.number || again.stream != request.stream ||
        strcmp(again.recording, request.recording) != 0)
        fuzz_broken("a request", "it reads back as another one");
}

static void read_reply(const char *text, size_t size, int fd)
{
    struct err err = {0};
    AUTO_LINK_REPLY reply = {.answer.fd = -1};
    if (fuzz_failed(link_reply_read(&reply, text, size, fd, &err), &err) || reply.is_event)
        return;
    const struct link_answer *a = &reply.answer;
    if (a->fd >= 0 && (a->offset < 0 || a->length < 0 || a->offset + a->length < 0))
        fuzz_broken("an answer", "its bytes are nowhere");
    if ((a->etag && strpbrk(a->etag, "\r\n")) || (a->cache && strpbrk(a->cache, "\r\n")) ||
        (a->type && strpbrk(a->type, "\r\n")))
        fuzz_broken("an answer", "a header has two lines");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_LINK_HELLO hello = {0};
    read_request(text, size);
    read_reply(text, size, -1);
    read_reply(text, size, memfd_create("answer", MFD_CLOEXEC));
    (void)fuzz_failed(link_hello_read(&hello, text, size, &err), &err);
    return 0;
}
