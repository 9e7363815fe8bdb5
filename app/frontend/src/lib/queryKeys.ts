/** Names of what is cached. Features that may not import each other meet here to say what has changed. */
export const keys = {
  today: ['today'],
  statistics: ['statistics'],
  contents: ['contents'],
  categories: ['categories'],
  profile: ['profile'],
} as const;
