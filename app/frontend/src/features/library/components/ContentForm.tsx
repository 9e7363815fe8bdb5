/** Title, category and Markdown body, with a preview of the card's turned side. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { Loading } from '@/components/States';
import { useErrorText } from '@/components/useErrorText';
import { lengthOf, showServerErrors } from '@/lib/forms';
import { categoriesQuery } from '../api/categories';
import type { Draft } from '../api/contents';

const Markdown = lazy(() => import('@/components/Markdown').then((module) => ({ default: module.Markdown })));

/** The server's own limits. */
const MAX_TITLE = 30;
const MAX_BODY = 100_000;
const TAB =
  'rounded-lg px-3 py-1.5 text-sm font-medium text-muted aria-pressed:bg-brand-soft aria-pressed:text-brand-strong';
const FIELDS = ['title', 'body', 'category'] as const;

interface Props {
  initial: Draft;
  submitLabel: string;
  onSave: (draft: Draft) => Promise<unknown>;
  onCancel: () => void;
}

function TitleField({ form }: { form: UseFormReturn<Draft> }) {
  const { t } = useTranslation();
  const length = lengthOf(form.watch('title'));
  return (
    <Field
      label={t('contents.title')}
      hint={t('contents.titleHint', { length, max: MAX_TITLE })}
      error={form.formState.errors.title?.message}
    >
      {(control) => (
        <input
          {...control}
          {...form.register('title', {
            validate: {
              required: (value) => value.trim() !== '' || t('errors.required'),
              short: (value) =>
                lengthOf(value) <= MAX_TITLE || t('contents.titleTooLong', { max: MAX_TITLE }),
            },
          })}
          placeholder={t('contents.titleExample')}
          className="input"
        />
      )}
    </Field>
  );
}

function CategoryField({ form }: { form: UseFormReturn<Draft> }) {
  const { t } = useTranslation();
  const { data: categories = [] } = useQuery(categoriesQuery);
  return (
    <Field label={t('contents.category')} error={form.formState.errors.category?.message}>
      {(control) => (
        <select
          {...control}
          // Set again once the options have come: a select cannot show what it does not offer.
          key={categories.length}
          {...form.register('category', { setValueAs: (value) => (value ? Number(value) : null) })}
          className="input"
        >
          <option value="">{t('contents.noCategory')}</option>
          {categories.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function BodyField({ form }: { form: UseFormReturn<Draft> }) {
  const { t } = useTranslation();
  const [preview, setPreview] = useState(false);
  const error = form.formState.errors.body;
  useEffect(() => {
    if (error) {
      setPreview(false);
    }
  }, [error]);
  return (
    <div>
      <div className="relative mb-1 ml-auto flex w-fit gap-1 sm:-mb-6">
        <button type="button" className={TAB} aria-pressed={!preview} onClick={() => setPreview(false)}>
          {t('contents.write')}
        </button>
        <button type="button" className={TAB} aria-pressed={preview} onClick={() => setPreview(true)}>
          {t('contents.preview')}
        </button>
      </div>
      {preview && (
        <section aria-label={t('contents.preview')}>
          <p className="mb-1.5 font-medium text-sm">{t('contents.body')}</p>
          <div className="min-h-72 rounded-xl border border-line p-5">
            <Suspense fallback={<Loading />}>
              <Markdown text={form.getValues('body')} />
            </Suspense>
          </div>
        </section>
      )}
      {/* Out of sight, not out of the form: a field that is gone is not checked. */}
      <div hidden={preview}>
        <Field label={t('contents.body')} hint={t('contents.bodyHint')} error={error?.message}>
          {(control) => (
            <textarea
              {...control}
              {...form.register('body', {
                validate: {
                  required: (value) => value.trim() !== '' || t('errors.required'),
                  short: (value) =>
                    lengthOf(value) <= MAX_BODY || t('contents.bodyTooLong', { max: MAX_BODY }),
                },
              })}
              rows={12}
              placeholder={t('contents.bodyExample')}
              className="input min-h-72 leading-relaxed"
            />
          )}
        </Field>
      </div>
    </div>
  );
}

export function ContentForm({ initial, submitLabel, onSave, onCancel }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const form = useForm<Draft>({ defaultValues: initial });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (draft) => {
    try {
      await onSave(draft);
    } catch (error) {
      showServerErrors(error, FIELDS, form.setError, errorText);
    }
  });

  return (
    <form onSubmit={submit} noValidate className="card space-y-5 p-5 sm:p-8">
      {errors.root?.server && <Notice>{errors.root.server.message}</Notice>}
      <div className="grid gap-5 sm:grid-cols-[2fr_1fr]">
        <TitleField form={form} />
        <CategoryField form={form} />
      </div>
      <BodyField form={form} />
      <div className="flex justify-end gap-3">
        <Button variant="secondary" onClick={onCancel}>
          {t('actions.cancel')}
        </Button>
        <Button type="submit" busy={isSubmitting}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}
