#include "dates.h"

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "clock.h"
#include "warmhello/errors.h"

static wh_validity last;

/* Two decimal digits, or -1. */
static int two_digits(const uint8_t *text)
{
    bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return digits ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. March counts as the first month,
 * so that the leap day is the last of a year. */
static int days_since_1970(int year, int month, int day)
{
    year -= month <= 2;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

int64_t wh_dates_parse(const uint8_t *date, uint8_t format, int length)
{
    enum { CENTURY, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FIELDS };
    static const struct {
        int8_t least;
        int8_t most;
    } bounds[FIELDS] = {{0, 99}, {0, 99}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 59}};
    int fields[FIELDS];
    int first = format == ASN_GENERALIZED_TIME ? CENTURY : YEAR;
    if (length != 2 * (FIELDS - first) + 1 || date[length - 1] != 'Z') {
        return INT64_MIN;
    }
    for (int i = first; i < FIELDS; i++) {
        fields[i] = two_digits(date);
        date += 2;
        if (fields[i] < bounds[i].least || fields[i] > bounds[i].most) {
            return INT64_MIN;
        }
    }
    if (first == YEAR) {
        fields[CENTURY] = fields[YEAR] >= 50 ? 19 : 20;
    }
    int days = days_since_1970(fields[CENTURY] * 100 + fields[YEAR], fields[MONTH], fields[DAY]);
    int seconds = (fields[HOUR] * 60 + fields[MINUTE]) * 60 + fields[SECOND];
    return (int64_t)days * 86400 + seconds;
}

bool wh_dates_are_read(const wh_validity *validity)
{
    return validity->not_before_s != INT64_MIN && validity->not_after_s != INT64_MIN;
}

int wh_dates_judge(const wh_validity *validity)
{
    if (validity->not_after_s < wh_clock_certain_s()) {
        return WH_PEER_EXPIRED;
    }
    int64_t wall_s = wh_clock_wall_s();
    return wall_s > 0 && validity->not_before_s > wall_s ? WH_PEER_NOT_YET : WH_OK;
}

void wh_dates_expect(void)
{
    last = (wh_validity){INT64_MIN, INT64_MIN};
}

wh_validity wh_dates_last(void)
{
    return last;
}

/* wolfSSL's hook, declared in user_settings.h, called for notBefore and then for notAfter. 1 if the date
 * allows to go on. */
int wh_wolfssl_validate_date(const unsigned char *date, unsigned char format, int type, int length)
{
    int64_t date_s = wh_dates_parse(date, format, length);
    wh_validity one_sided = {INT64_MIN, INT64_MAX};
    if (type == ASN_BEFORE) {
        last.not_before_s = one_sided.not_before_s = date_s;
    } else {
        last.not_after_s = one_sided.not_after_s = date_s;
    }
    return date_s != INT64_MIN && wh_dates_judge(&one_sided) == WH_OK;
}
