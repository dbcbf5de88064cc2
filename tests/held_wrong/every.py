#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Calls of every public function, as C, from the headers: usage:
# every.py OUT.c HEADER...  Nobody has to remember a new function: what this
# cannot call stops the build, and exported.sh compares with the libraries.
import re
import sys

# Pointers that may be NULL by the words of the headers; all others may not.
OPTIONAL = {
    'tacit_restore': 'contacts', 'tacit_relay_add': 'url',
    'tacit_contact_next': 'after', 'tacit_invite': 'relay',
    'tacit_send': 'message seq', 'tacit_send_data': 'message seq',
    'tacit_send_fleeting': 'message seq', 'tacit_held': 'left_ms',
    'tacit_hold_set': 'ct', 'tacit_hold_get': 'ct', 'tacit_hold_is_set': 'ct',
    'tacit_log_note': 'ct words', 'tacit_contact_erase': 'rows words',
    'tacit_transport_opened': 'key_hash', 'tacit_checkin_import': 'why',
    'tacit_checkin_form_next': 'after', 'tacit_checkin_next': 'after',
    'tacit_checkin_response_next': 'time_ms',
    'tacit_checkin_option': 'shown', 'tacit_checkin_set': 'reason',
    'tacit_checkin_choose': 'reason',
    'tacit_practice_send': 'confirm message seq',
    'tacit_practice_send_fleeting': 'confirm message seq',
    'tacit_card_get': 'ct', 'tacit_series_open': 'form',
    'tacit_record_check': 'key signer', 'tacit_retract_policy_set': 'ct',
    'tacit_retract_policy_get': 'ct', 'tacit_life_change': 'text',
    'tacit_data_get': 'value', 'tacit_data_next': 'prefix after',
}
# Given a handle, these end it: for tests of their own.
ENDS = {'tacit_close', 'tacit_practice_close', 'tacit_checkin_close',
        'tacit_series_close', 'tacit_practice_free'}
HANDLES = [('series', 'w->s'), ('checkin', 'w->c'), ('practice', 'w->p')]
GIVEN = {'struct tacit': 'w->t', 'struct tacit_contact': 'w->ct',
         'struct tacit_practice': 'w->p', 'struct tacit_checkin': 'w->c',
         'struct tacit_series': 'w->s', 'struct tacit_config': '&w->cfg',
         'struct tacit_writer': '&w->writer',
         'struct tacit_reader': '&w->reader'}
NUMBERS = {'len': '4', 'cap': '4096', 'timeout_ms': '0', 'flags': '0',
           'now_ms': 'w->now', 'n': '1'}


def functions(path):
    text = re.sub(r'/\*.*?\*/', '', open(path).read(), flags=re.S)
    for m in re.finditer(r'^TACIT_API (.*?);', text, flags=re.S | re.M):
        words = ' '.join(m.group(1).split()).replace('TACIT_MUST ', '')
        got = re.match(r'(.*?)\s*\b(tacit_\w+)\(\s*(.*)\)$', words)
        args = got.group(3)
        yield got.group(1), got.group(2), \
            [] if args == 'void' else [a.strip() for a in args.split(',')]


class Parameter:
    def __init__(self, text, i):
        m = re.match(r'(.*?)\s*(\**)\s*(\w+)(\[\w*\])?$', text)
        self.type = m.group(1).replace('const ', '').strip()
        self.stars = len(m.group(2)) + (m.group(4) is not None)
        self.name, self.i = m.group(3), i
        self.struct = self.stars == 1 and self.type.startswith('struct ') \
            and self.type not in GIVEN

    def good(self):
        if self.stars == 1 and self.type in GIVEN:
            return GIVEN[self.type]
        if self.stars > 0:
            return '(void *)w->room[%d]' % self.i
        if self.type.startswith('enum '):
            return '(%s)1' % self.type
        return NUMBERS.get(self.name, '1')


def call(name, result, parameters, changed=None):
    words = ['%s' % ('NULL' if p is changed else p.good())
             for p in parameters]
    made = '%s(%s)' % (name, ', '.join(words))
    if result == 'void':
        return made + ';\n\treturn 0;'
    if result.startswith('const char'):
        return 'const char *text = %s;\n\n\treturn text == NULL ? 0 : ' \
            '(long)strlen(text);' % made
    if '*' in result:
        return 'return (long)(intptr_t)%s;' % made
    return 'return (long)%s;' % made


def main():
    rows, out = [], ['#include "world.h"\n']
    n = 0
    for path in sys.argv[2:]:
        for result, name, args in functions(path):
            ps = [Parameter(a, i) for i, a in enumerate(args)]
            if len(ps) > 12:
                sys.exit('too many parameters: ' + name)
            kind = next((k for k in ('series', 'checkin', 'practice')
                         if any(p.type == 'struct tacit_' + k and p.stars == 1
                                for p in ps)), None)
            if kind is None:
                kind = next(({'struct tacit': 'vault',
                              'struct tacit_contact': 'contact'}[p.type]
                             for p in ps if p.stars == 1 and p.type in
                             ('struct tacit', 'struct tacit_contact')),
                            'none')
            number = 'int' if result in ('int', 'int64_t') else 'other'
            if name in ('tacit_timeout_ms', 'tacit_practice_timeout_ms',
                        'tacit_checkin_begun'):
                number = 'other'
            cases = [('', None, 1)] if name not in ENDS else []
            may = OPTIONAL.get(name, '').split()
            cases += [(p.name, p, p.name not in may)
                      for p in ps if p.stars > 0
                      and (name not in ENDS or p is ps[0])]
            for label, p, must in cases:
                n += 1
                out.append('static long\ncall_%d(struct world *w)\n{' % n)
                for q in ps:
                    if q.struct:
                        out.append('\tworld_room(w, %d, sizeof(%s));' %
                                   (q.i, q.type))
                body = call(name, result, ps, p)
                out.append('\t(void)w;\n\t{\n\t%s\n\t}\n}\n' % body)
                rows.append('\t{ "%s", "%s", %d, EVERY_%s, EVERY_%s, %d, '
                            'call_%d },' % (
                                name, label, must, kind.upper(),
                                number.upper(),
                                sum(q.struct for q in ps), n))
    out.append('const struct every every[] = {')
    out += rows
    out.append('};\nconst size_t n_every = sizeof(every) / '
               'sizeof(every[0]);')
    open(sys.argv[1], 'w').write('\n'.join(out) + '\n')


main()
