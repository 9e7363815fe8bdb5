import { expect, it, vi } from 'vitest';
import { downloadJson } from './download';

it('hands a readable file with its name to the browser', async () => {
  const links: HTMLAnchorElement[] = [];
  const blobs: Blob[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    links.push(this);
  });
  URL.createObjectURL = (blob) => `blob:${blobs.push(blob as Blob)}`;
  const revoke = vi.fn();
  URL.revokeObjectURL = revoke;

  downloadJson({ title: 'ATP' }, 'resee.json');

  expect(links[0]?.download).toBe('resee.json');
  expect(blobs[0]?.type).toBe('application/json');
  expect(revoke).toHaveBeenCalledWith('blob:1');
});
