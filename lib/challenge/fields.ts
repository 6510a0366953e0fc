/** Says how to authenticate (RFC 9110 §11.6.1). */
export const CHALLENGE_FIELD = 'WWW-Authenticate'

/** The nonce that the next proof of possession must contain (RFC 9449 §8). */
export const DPOP_NONCE = 'DPoP-Nonce'

/** Refusals are not to be kept: the next request may bring credentials (RFC 9111 §5.2.2.5). */
export const NO_STORE = 'no-store'

/** Seconds after which trying again makes sense when a verifier could not tell (RFC 9110 §10.2.3). */
export const RETRY_AFTER = '5'
