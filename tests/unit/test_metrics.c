/* Prometheus's text format. */
#include "support.h"

#include "exposition.h"

static void samples_and_labels(void **state)
{
    (void)state;
    struct exposition e = {.event = "/srv/a \"b\" \\c\nd"};
    exposition_number(&e, "x_bytes", "Some bytes.", 12345678901234);
    exposition_family(&e, "y_ratio", "A ratio.");
    exposition_sample(&e, "kind", "ü\033", 0.25);
    exposition_sample(&e, "kind", "", -3);
    assert_string_equal(e.text.s, "# HELP x_bytes Some bytes.\n# TYPE x_bytes gauge\n"
                                  "x_bytes{event=\"/srv/a \\\"b\\\" \\\\c\\nd\"} 12345678901234\n"
                                  "# HELP y_ratio A ratio.\n# TYPE y_ratio gauge\n"
                                  "y_ratio{event=\"/srv/a \\\"b\\\" \\\\c\\nd\",kind=\"ü\"} 0.25\n"
                                  "y_ratio{event=\"/srv/a \\\"b\\\" \\\\c\\nd\",kind=\"\"} -3\n");
    str_finish(&e.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples_and_labels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
