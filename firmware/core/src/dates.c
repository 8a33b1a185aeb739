#include "dates.h"

#include <stddef.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "warmhello/clock.h"
#include "warmhello/platform.h"

static int64_t *collected;

void wh_dates_collect(int64_t *lowest)
{
    collected = lowest;
}

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

bool wh_dates_has_passed(int64_t date_s)
{
    int64_t wall_s = wh_clock_wall_s();
    return date_s < (wall_s > 0 ? wall_s : wh_platform_get()->wall_floor_s);
}

/* wolfSSL's hook, declared in user_settings.h. 1 if the date allows to go on. */
int wh_wolfssl_validate_date(const unsigned char *date, unsigned char format, int type, int length)
{
    int64_t wall_s = wh_clock_wall_s();
    int64_t date_s = wh_dates_parse(date, format, length);
    if (date_s == INT64_MIN) {
        return 0;
    }
    if (type == ASN_BEFORE) {
        return wall_s == 0 || date_s <= wall_s;
    }
    if (collected != NULL && (*collected == 0 || date_s < *collected)) {
        *collected = date_s;
    }
    return !wh_dates_has_passed(date_s);
}
