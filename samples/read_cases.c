/* Hold a loss of one's own against cases of losscli: losscli check huber --cases huber.jsonl.
 *
 *     cc -o read_cases read_cases.c -lm && ./read_cases huber.jsonl
 *
 * Each line has its numbers twice, as decimals and under "hex" as hexadecimal floats, which strtod reads to the bit.
 * Where there is no one derivative, at a kink, "edge" is true: others are right there too.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double huber(double pred, double target) /* the loss to be tested, */
{
    double e = fabs(pred - target);
    return e <= 1 ? e * e / 2 : e - 0.5;
}

static double huber_slope(double pred, double target) /* and its derivative */
{
    double e = pred - target;
    return e > 1 ? 1 : e < -1 ? -1 : e;
}

/* The number called `name`, the first after `at`. */
static double number(const char *at, const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    at = at ? strstr(at, key) : NULL;
    return at ? strtod(at + strlen(key), NULL) : NAN;
}

/* Whether two numbers are `ulp` units in the last place apart, or less. */
static int close_to(double yours, double right, int ulp)
{
    if (isnan(right) || isinf(right))
        return isnan(right) ? isnan(yours) : yours == right;
    return fabs(yours - right) <= ulp * (nextafter(fabs(right), INFINITY) - fabs(right));
}

int main(int count, char **words)
{
    FILE *file = count > 1 ? fopen(words[1], "r") : NULL;
    static char line[1 << 16];
    int ulp = 4, cases = 0;
    if (!file || !fgets(line, sizeof line, file)) /* the first line says what the others are */
        return fprintf(stderr, "usage: read_cases CASES\n"), 2;
    const char *said = strstr(line, "\"ulp\":");
    if (said)
        ulp = atoi(said + 6);
    while (fgets(line, sizeof line, file)) {
        const char *hex = strstr(line, "\"hex\":"), *slopes = hex ? strstr(hex, "\"gradient\":") : NULL;
        double pred = number(hex, "pred"), target = number(hex, "target");
        double value = huber(pred, target), slope = huber_slope(pred, target);
        int edge = strstr(line, "\"edge\":true") != NULL;
        cases++;
        if (!close_to(value, number(hex, "value"), ulp))
            return printf("%a %a: %.17g, not %.17g\n", pred, target, value, number(hex, "value")), 1;
        if (!edge && !close_to(slope, number(slopes, "pred"), ulp))
            return printf("%a %a: slope %.17g, not %.17g\n", pred, target, slope, number(slopes, "pred")), 1;
    }
    fclose(file);
    printf("huber: %d cases hold\n", cases);
    return cases ? 0 : 1;
}
