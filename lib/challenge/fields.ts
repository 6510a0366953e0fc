/** Says how to authenticate (RFC 9110 §11.6.1). */
export const CHALLENGE_FIELD = 'WWW-Authenticate'

/** Refusals are not to be kept: the next request may bring credentials (RFC 9111 §5.2.2.5). */
export const NO_STORE = 'no-store'

/** Seconds after which trying again makes sense when a verifier could not tell (RFC 9110 §10.2.3). */
export const RETRY_AFTER = '5'
