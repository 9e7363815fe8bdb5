/** One field and one button: adds a category, or renames the one given. */
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { useErrorText } from '@/components/useErrorText';
import { lengthOf, showServerErrors } from '@/lib/forms';
import type { Category } from '@/types/api';
import { useSaveCategory } from '../api/categories';

const MAX_NAME = 50;

interface Props {
  label: string;
  category?: Category;
  onDone?: () => void;
}

export function CategoryForm({ label, category, onDone }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const save = useSaveCategory(category?.id);
  const { register, handleSubmit, reset, setError, formState } = useForm({
    defaultValues: { name: category?.name ?? '' },
  });
  const { errors, isSubmitting } = formState;

  const submit = handleSubmit(async (draft) => {
    try {
      await save.mutateAsync(draft);
      reset();
      onDone?.();
    } catch (error) {
      showServerErrors(error, ['name'], setError, errorText);
    }
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-wrap items-end gap-3">
      <div className={`min-w-48 flex-1 ${onDone ? 'basis-full sm:basis-0' : ''}`}>
        <Field label={label} error={errors.name?.message ?? errors.root?.server?.message}>
          {(control) => (
            <input
              {...control}
              {...register('name', {
                validate: {
                  required: (value) => value.trim() !== '' || t('errors.required'),
                  short: (value) => lengthOf(value) <= MAX_NAME || t('categories.tooLong', { max: MAX_NAME }),
                },
              })}
              className="input"
            />
          )}
        </Field>
      </div>
      <Button type="submit" busy={isSubmitting}>
        {t(category ? 'actions.save' : 'actions.add')}
      </Button>
      {onDone && (
        <Button variant="ghost" onClick={onDone}>
          {t('actions.cancel')}
        </Button>
      )}
    </form>
  );
}
