/** A document of everything the user has written. A worker makes it; the page asks until it is there. */
import { http } from '@/lib/http';
import type { Export } from '@/types/api';

const EVERY_MS = 1000;
/** Workers may be busy or restarting; after this many questions the person is told to try again. */
const MOST_QUESTIONS = 60;

export class ExportError extends Error {
  constructor() {
    super('The export was not made.');
    this.name = 'ExportError';
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}

/** Starts an export and returns its document. Throws ExportError when it failed or took too long. */
export async function exportEverything(): Promise<unknown> {
  const { task_id } = await http.post<Export>('analytics/export/', {});
  for (let question = 0; question < MOST_QUESTIONS; question += 1) {
    const { status, result } = await http.get<Export>(`analytics/export/${task_id}/`);
    if (status === 'done') {
      return result;
    }
    if (status === 'failed') {
      throw new ExportError();
    }
    await pause();
  }
  throw new ExportError();
}
