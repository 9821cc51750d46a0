// A hint, by length above all: long passwords are what Argon2id and OPAQUE cannot give by themselves.

export const LEAST_LENGTH = 12;

export type Strength = { name: 'short'; missing: number } | { name: 'plain' | 'fair' | 'good' | 'strong' };

export function strengthOf(password: string, address: string): Strength {
  const characters = [...password];
  if (characters.length < LEAST_LENGTH) return { name: 'short', missing: LEAST_LENGTH - characters.length };
  const local = address.split('@')[0] ?? '';
  const rest = local.length >= 3 ? password.toLowerCase().replaceAll(local.toLowerCase(), '') : password;
  if (new Set(characters).size < 6 || [...rest].length < LEAST_LENGTH - 4 || isRun(characters))
    return { name: 'plain' };
  if (characters.length >= 20) return { name: 'strong' };
  return { name: characters.length >= 16 ? 'good' : 'fair' };
}

export function isAcceptable(strength: Strength): boolean {
  return strength.name !== 'short' && strength.name !== 'plain';
}

/** Whether each character follows the one before in the alphabet of code points, as in `123456789012`. */
function isRun(characters: string[]): boolean {
  const steps = characters
    .slice(1)
    .map((character, at) => (character.codePointAt(0) ?? 0) - (characters[at]?.codePointAt(0) ?? 0));
  return steps.filter((step) => Math.abs(step) <= 1).length >= steps.length - 1;
}
