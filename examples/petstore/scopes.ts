/** What tokens may allow, and how it is explained to people. */
export const SCOPES = { 'pets:read': 'See the pets', 'pets:write': 'Add and remove pets' } as const
