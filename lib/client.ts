export { parseChallenges } from './client/challenges.ts'
export { connect } from './client/connect.ts'
export type { Backoff } from './client/backoff.ts'
export type { Carrier } from './client/carriers.ts'
export type { Connection } from './client/connection.ts'
export type { Ending } from './client/endings.ts'
export type {
  CommonOptions, ConnectOptions, CredentialRequest, CredentialSource, RenewalOptions, RenewalOutcome, State, StateChange
} from './client/options.ts'
export type { Data, WebSocketConstructor, WebSocketLike } from './client/socket.ts'
export type { Challenge } from './syntax.ts'
