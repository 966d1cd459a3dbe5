/* Packets of the review: what is written reads back, over the socket too, and what is not as it
 * must be is rejected. */
#include "support.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json.h"
#include "mem.h"
#include "review_link.h"

static const char id[] = "0123456789abcdef0123456789abcdef";

static struct link_request request(enum link_wish wish, json_t *body)
{
    struct link_request r = {.id = 7, .wish = wish, .stream = -1};
    const unsigned has = link_members(wish);
    if (has & LINK_HAS_PART) {
        r.talk = 15;
        r.part = 2;
    }
    if (has & LINK_HAS_RECORDING)
        memcpy(r.recording, id, sizeof id);
    if (has & LINK_HAS_NUMBER)
        r.number = 12;
    if (has & LINK_HAS_PREVIEW) {
        r.track = LINK_SOUND;
        r.number = LINK_INIT;
        r.stream = 1;
        memcpy(r.use, "left", 5);
    }
    if (has & LINK_HAS_BODY)
        r.body = body;
    return r;
}

static void requests_read_back(void **state)
{
    (void)state;
    int service, door;
    struct err err = {0};
    AUTO_JSON *body = json_pack("{s:s}", "kind", "reject");
    assert_done(link_make(&service, &door, &err));
    for (int wish = 0; wish < LINK_NB_WISHES; wish++) {
        const struct link_request sent = request((enum link_wish)wish, body);
        AUTO_LINK_REQUEST got = {0};
        const char *name = link_wish_name((enum link_wish)wish);
        assert_done(link_send_request(door, &sent, &err));
        assert_int_equal(link_receive_request(&got, service, &err), 1);
        assert_row_int(name, got.id, 7);
        assert_row_int(name, got.wish, wish);
        assert_row_int(name, got.talk, sent.talk);
        assert_row_int(name, got.part, sent.part);
        assert_row_str(name, got.recording, sent.recording);
        assert_row_int(name, got.track, sent.track);
        assert_row_int(name, got.number, sent.number);
        assert_row_int(name, got.stream, sent.stream);
        assert_row_str(name, got.use, sent.use);
        assert_row_int(name, json_equal(got.body, sent.body), sent.body ? 1 : 0);
    }
    AUTO_LINK_REQUEST none = {0}, cancel = {0};
    assert_int_equal(link_receive_request(&none, service, &err), 0);
    assert_done(link_send_request(door, &(struct link_request){.id = 9, .cancel = true}, &err));
    assert_int_equal(link_receive_request(&cancel, service, &err), 1);
    assert_true(cancel.cancel && cancel.id == 9);
    close(door);
    assert_fails(link_receive_request(&none, service, &err), ERR_CANCELLED, "has ended");
    close(service);
}

static void answers_read_back(void **state)
{
    (void)state;
    int service, door;
    struct err err = {0};
    char bytes[8] = "";
    const int fd = memfd_create("answer", 0);
    assert_int_equal(write(fd, "abcdef", 6), 6);
    assert_done(link_make(&service, &door, &err));
    const struct link_answer sent = {.id = 3,
                                     .status = 200,
                                     .fd = fd,
                                     .offset = 1,
                                     .length = 5,
                                     .type = "application/json",
                                     .etag = "\"x\"",
                                     .cache = "private, max-age=60"};
    AUTO_LINK_REPLY got = {0}, refused = {0}, event = {0};
    assert_done(link_send_answer(service, &sent, &err));
    assert_int_equal(link_receive_reply(&got, door, &err), 1);
    assert_false(got.is_event);
    assert_int_equal(got.answer.id, 3);
    assert_int_equal(got.answer.length, 5);
    assert_string_equal(got.answer.etag, "\"x\"");
    assert_int_not_equal(got.answer.fd, fd);
    assert_int_equal(pread(got.answer.fd, bytes, 5, got.answer.offset), 5);
    assert_string_equal(bytes, "bcdef");
    assert_done(link_send_answer(
        service,
        &(struct link_answer){
            .id = 4, .status = 409, .fd = -1, .error = "it changed", .version = "v2"},
        &err));
    assert_int_equal(link_receive_reply(&refused, door, &err), 1);
    assert_int_equal(refused.answer.fd, -1);
    assert_string_equal(refused.answer.error, "it changed");
    assert_string_equal(refused.answer.version, "v2");
    AUTO_JSON *data = json_pack("{s:b}", "running", 1);
    assert_done(link_send_event(service, &(struct link_event){"progress", data}, &err));
    assert_int_equal(link_receive_reply(&event, door, &err), 1);
    assert_true(event.is_event && json_equal(event.event.data, data));
    close(fd);
    close(service);
    close(door);
}

static void a_door_that_does_not_read_is_noticed(void **state)
{
    (void)state;
    int service, door, nb = 0;
    struct err err = {0};
    assert_done(link_make(&service, &door, &err));
    const struct link_request r = {.id = 1, .wish = LINK_QUEUE};
    while (nb < 1000000 && link_send_request(door, &r, &err) == 0)
        nb++;
    assert_int_equal(err.code, ERR_BUSY);
    assert_true(nb > 100);
    close(service);
    close(door);
}

static void send_with_descriptors(int to, int passed, size_t nb)
{
    static char text[] = "{\"id\":1,\"do\":\"queue\",\"args\":{}}";
    const int fds[] = {passed, passed, passed};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof fds)];
    } control = {0};
    struct iovec part = {text, sizeof text - 1};
    const struct msghdr message = {.msg_iov = &part,
                                   .msg_iovlen = 1,
                                   .msg_control = &control,
                                   .msg_controllen = CMSG_SPACE(nb * sizeof fds[0])};
    control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                      .cmsg_type = SCM_RIGHTS,
                                      .cmsg_len = CMSG_LEN(nb * sizeof fds[0])};
    memcpy(CMSG_DATA(&control.header), fds, nb * sizeof fds[0]);
    assert_int_equal(sendmsg(to, &message, 0), sizeof text - 1);
}

static int next_descriptor(void)
{
    const int fd = memfd_create("next", MFD_CLOEXEC);
    close(fd);
    return fd;
}

/* A side that was taken over passes what it likes: nothing of it stays open. */
static void descriptors_nobody_asked_for_are_closed(void **state)
{
    (void)state;
    int service, door;
    struct err err = {0};
    assert_done(link_make(&service, &door, &err));
    const int before = next_descriptor();
    for (size_t nb = 1; nb <= 3; nb++) {
        AUTO_LINK_REQUEST got = {0};
        send_with_descriptors(door, service, nb);
        assert_int_equal(link_receive_request(&got, service, &err), 1);
        assert_int_equal(next_descriptor(), before);
    }
    close(service);
    close(door);
}

static void a_hello_reads_back(void **state)
{
    (void)state;
    int service, door;
    struct err err = {0};
    const struct link_hello sent = {.token = "0123456789abcdef",
                                    .port = 8137,
                                    .hosts = {"192.0.2.1", "[2001:db8::1]"},
                                    .nb_hosts = 2,
                                    .sandbox = "require"};
    AUTO_LINK_HELLO got = {0};
    assert_done(link_make(&service, &door, &err));
    assert_done(link_send_hello(service, &sent, &err));
    assert_int_equal(link_receive_hello(&got, door, &err), 1);
    assert_string_equal(got.token, sent.token);
    assert_string_equal(got.sandbox, "require");
    assert_int_equal(got.port, 8137);
    assert_int_equal(got.nb_hosts, 2);
    assert_string_equal(got.hosts[1], "[2001:db8::1]");
    close(service);
    close(door);
}

/* Each alone would be a way around the door's rules. */
static void wrong_requests_are_rejected(void **state)
{
    (void)state;
#define RECORDING "\"recording\":\"0123456789abcdef0123456789abcdef\""
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"id\":0,\"do\":\"queue\",\"args\":{}}",
        "{\"id\":1,\"do\":\"queue\"}",
        "{\"id\":1,\"do\":\"shell\",\"args\":{}}",
        "{\"id\":1,\"do\":\"queue\",\"args\":{},\"path\":\"/etc/passwd\"}",
        "{\"id\":1,\"do\":\"queue\",\"args\":{\"path\":\"x\"}}",
        "{\"id\":1,\"do\":\"queue\",\"args\":{\"talk\":1}}",
        "{\"id\":1,\"do\":\"queue\",\"args\":{},\"body\":{}}",
        "{\"id\":1,\"do\":\"part\",\"args\":{\"talk\":1}}",
        "{\"id\":1,\"do\":\"part\",\"args\":{\"talk\":-1,\"part\":1}}",
        "{\"id\":1,\"do\":\"part\",\"args\":{\"talk\":99999999999,\"part\":1}}",
        "{\"id\":1,\"do\":\"part\",\"args\":{\"talk\":\"1\",\"part\":1}}",
        "{\"id\":1,\"do\":\"recording\",\"args\":{\"recording\":\"../../../../../../etc/passwd\"}}",
        "{\"id\":1,\"do\":\"recording\",\"args\":{\"recording\":\"\"}}",
        "{\"id\":1,\"do\":\"recording\",\"args\":{\"recording\":"
        "\"0123456789ABCDEF0123456789abcdef\"}}",
        "{\"id\":1,\"do\":\"thumbs\",\"args\":{" RECORDING ",\"number\":-1}}",
        "{\"id\":1,\"do\":\"preview\",\"args\":{" RECORDING
        ",\"number\":-3,\"track\":\"sound\",\"stream\":0,\"use\":\"\"}}",
        "{\"id\":1,\"do\":\"preview\",\"args\":{" RECORDING
        ",\"number\":1,\"track\":\"picture\",\"stream\":0,\"use\":\"\"}}",
        "{\"id\":1,\"do\":\"preview\",\"args\":{" RECORDING
        ",\"number\":1,\"track\":\"smell\",\"stream\":-1,\"use\":\"\"}}",
        "{\"id\":1,\"do\":\"preview\",\"args\":{" RECORDING
        ",\"number\":1,\"track\":\"sound\",\"stream\":-1,\"use\":\"; rm -rf\"}}",
        "{\"id\":1,\"do\":\"decide\",\"args\":{\"talk\":1,\"part\":1}}",
        "{\"id\":1,\"do\":\"decide\",\"args\":{\"talk\":1,\"part\":1},\"body\":[]}",
        "{\"id\":1,\"cancel\":true,\"do\":\"queue\",\"args\":{}}",
    };
#undef RECORDING
    for (size_t i = 0; i < NB(texts); i++) {
        struct err err = {0};
        AUTO_LINK_REQUEST got = {0};
        if (link_request_read(&got, texts[i], strlen(texts[i]), &err) == 0)
            fail_msg("accepted: %s", texts[i]);
        assert_int_equal(err.code, ERR_INVALID);
    }
}

/* A header of an answer is one line, so that no answer can be split in two. */
static void wrong_replies_are_rejected(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"id\":1}",
        "{\"id\":1,\"status\":1000,\"offset\":0,\"length\":1,\"type\":\"x\"}",
        "{\"id\":1,\"status\":200,\"offset\":0,\"length\":-1,\"type\":\"x\"}",
        "{\"id\":1,\"status\":200,\"offset\":9223372036854775807,\"length\":2,\"type\":\"x\"}",
        "{\"id\":1,\"status\":200,\"offset\":0,\"length\":1}",
        "{\"id\":1,\"status\":200,\"offset\":0,\"length\":1,\"type\":\"x\\r\\nSet-Cookie: a=b\"}",
        "{\"id\":1,\"status\":200,\"offset\":0,\"length\":1,\"type\":\"x\",\"etag\":\"x\"}",
        "{\"id\":1,\"status\":200,\"offset\":0,\"length\":1,\"type\":\"x\",\"cache\":\"\\n\"}",
        "{\"event\":\"a\\nb\",\"data\":{}}",
        "{\"event\":\"parts\",\"data\":[]}",
    };
    for (size_t i = 0; i < NB(texts); i++) {
        struct err err = {0};
        AUTO_LINK_REPLY got = {0};
        const int fd = memfd_create("answer", 0);
        if (link_reply_read(&got, texts[i], strlen(texts[i]), fd, &err) == 0)
            fail_msg("accepted: %s", texts[i]);
        assert_int_equal(err.code, ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_read_back),
        cmocka_unit_test(answers_read_back),
        cmocka_unit_test(a_door_that_does_not_read_is_noticed),
        cmocka_unit_test(descriptors_nobody_asked_for_are_closed),
        cmocka_unit_test(a_hello_reads_back),
        cmocka_unit_test(wrong_requests_are_rejected),
        cmocka_unit_test(wrong_replies_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
