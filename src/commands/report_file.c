#include "report_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "fs.h"
#include "report.h"
#include "str.h"

int report_file_check(const char *path, struct err *err)
{
    char head[REPORT_HEAD_BYTES + 1];
    if (fs_check_output(path, err) < 0)
        return err->code;
    if (!fs_output_replaces(path))
        return 0;
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t nb = fd < 0 ? 0 : read(fd, head, REPORT_HEAD_BYTES);
    head[nb < 0 ? 0 : nb] = '\0';
    if (nb && !report_is_one(head))
        return err_set(err, ERR_INVALID,
                       "'%s' exists and is not a report: move it away, or name another", path);
    return 0;
}

int report_file_write(const struct report *report, const char *path, struct err *err)
{
    AUTO_STR html = {0};
    return report_html(&html, report, err) < 0 ? err->code
                                               : fs_write_output(path, html.s, html.len, err);
}
