import type { Security } from 'fastify-openapi-security'
import { basicLine, machine } from '../../support/schemes.ts'
import {
  ANONYMOUS, BEARER_EXPIRED, BEARER_AMBIGUOUS, BEARER_INVALID, BEARER_MALFORMED, BEARER_READ_INVALID, by, cookie, KEY, key, QKEY, refused,
  SID, token, UNDECIDED,
  type Answer, type Row
} from './row.ts'
import type { Presented } from '../../support/drivers.ts'

type Case = readonly [shows: string, Presented, Answer, verified: string]

/** The place of `{}` never matters, so every case is asked with `{}` first and last. */
function bothOrders (name: string, security: Security, cases: readonly Case[]): Row[] {
  return cases.flatMap(([shows, presented, answer, verified]): Row[] => [
    [`${name}, {} first: ${shows}`, [{}, ...security], presented, answer, verified],
    [`${name}, {} last: ${shows}`, [...security, {}], presented, answer, verified]
  ])
}

export const OPTIONAL: readonly Row[] = [
  ...bothOrders('optional token', [{ oauth: ['read'] }], [
    ['nothing', [], ANONYMOUS, ''],
    ['accepted', [token('ok~read')], by({ oauth: ['read'] }), 'oauth'],
    ['accepted without the scope', [token('ok~write')], ANONYMOUS, 'oauth'],
    ['invalid', [token('null')], refused(401, 'credentials_invalid', BEARER_READ_INVALID), 'oauth'],
    ['malformed', ['Authorization: Bearer'], refused(401, 'credentials_malformed',
      BEARER_MALFORMED.replace('error="invalid_token"', 'error="invalid_token", scope="read"')), ''],
    ['undecided', [token('throw')], UNDECIDED, 'oauth'],
    ['undecided by misuse', [token('true')], UNDECIDED, 'oauth'],
    ['ambiguous', [token('ok'), token('ok')], refused(400, 'credentials_ambiguous', BEARER_AMBIGUOUS), ''],
    ['an Authorization scheme that the route does not name', [basicLine('ada:canary-null')], ANONYMOUS, ''],
    ['a key that the route does not name', [key('throw')], ANONYMOUS, '']
  ]),
  ...bothOrders('optional cookie', [{ session: [] }], [
    ['accepted', [cookie('ok')], by({ session: [] }), 'session'],
    ['invalid, as absent', [cookie('null')], ANONYMOUS, 'session'],
    ['expired, as absent', [cookie('session_expired')], ANONYMOUS, 'session'],
    ['undecided', [cookie('throw')], UNDECIDED, 'session'],
    ['repeated', ['Cookie: sid=canary-ok; sid=canary-ok'], refused(400, 'credentials_ambiguous'), '']
  ]),
  ...bothOrders('optional certificate', [{ machine: [] }], [
    ['accepted', machine('ok'), by({ machine: [] }), 'machine'],
    ['invalid, as absent', machine('null'), ANONYMOUS, 'machine'],
    ['malformed, as absent', ['Client-Cert: :AAAA:'], ANONYMOUS, '']
  ]),
  ...bothOrders('optional key', [{ key: [] }], [
    ['invalid', [key('null')], refused(401, 'credentials_invalid', KEY), 'key'],
    ['empty', ['X-API-Key:'], refused(401, 'credentials_malformed', KEY), '']
  ]),
  ...bothOrders('optional query key', [{ qkey: [] }], [
    ['invalid', ['?key=canary-null'], refused(401, 'credentials_invalid', QKEY), 'qkey']
  ]),
  ...bothOrders('optional cookie or token', [{ session: [] }, { oauth: [] }], [
    ['a stale cookie beside a good token', [cookie('null'), token('ok')], by({ oauth: [] }), 'session oauth'],
    ['a stale cookie beside a bad token', [cookie('null'), token('token_expired')], refused(401, 'token_expired', BEARER_EXPIRED, SID),
      'session oauth'],
    ['a good cookie beside a bad token', [cookie('ok'), token('null')], by({ session: [] }), 'session'],
    ['an undecided cookie beside a good token', [cookie('throw'), token('ok')], by({ oauth: [] }), 'session oauth'],
    ['an undecided cookie beside a bad token', [cookie('throw'), token('null')], UNDECIDED, 'session oauth'],
    ['a stale cookie beside an undecided token', [cookie('null'), token('throw')], UNDECIDED, 'session oauth']
  ]),
  ...bothOrders('optional token and key', [{ oauth: ['read'], key: [] }], [
    ['half of it', [token('ok~read')], ANONYMOUS, 'oauth'],
    ['half of it and invalid', [token('null')], refused(401, 'credentials_invalid', BEARER_READ_INVALID, KEY), 'oauth'],
    ['all of it without the scope', [token('ok'), key('ok')], ANONYMOUS, 'oauth key'],
    ['without the scope, the other invalid', [token('ok'), key('null')], refused(401, 'credentials_invalid', KEY), 'oauth key'],
    ['all of it', [token('ok~read'), key('ok')], by({ oauth: ['read'], key: [] }), 'oauth key']
  ]),
  ...bothOrders('optional, refused for reasons other than 401', [{ oauth: [] }], [
    ['too many attempts, without a challenge (H-04)', [token('too_many_attempts')], refused(429, 'too_many_attempts'), 'oauth'],
    ['cannot tell, said by the verifier', [token('verifier_unavailable')], UNDECIDED, 'oauth']
  ]),
  ['optional beside three others: the order of {} in the middle', [{ oauth: [] }, {}, { key: [] }], [token('null')],
    refused(401, 'credentials_invalid', BEARER_INVALID, KEY), 'oauth']
]
