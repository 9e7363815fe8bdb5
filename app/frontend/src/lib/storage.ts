/** What this browser remembers. Where it is forbidden to store anything, what is set lasts as long as the tab. */

const tab = new Map<string, string>();

export const storage = {
  get(key: string): string | null {
    const own = tab.get(key);
    if (own !== undefined) {
      return own;
    }
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },

  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
      tab.delete(key);
    } catch {
      tab.set(key, value);
    }
  },

  remove(key: string): void {
    tab.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // There is nothing to remove where nothing can be stored.
    }
  },
};
