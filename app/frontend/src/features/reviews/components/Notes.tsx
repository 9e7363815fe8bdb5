import { useTranslation } from 'react-i18next';
import { Field } from '@/components/Field';

/** As much as the API takes. */
const LONGEST = 5000;

interface Props {
  text: string;
  onChange: (text: string) => void;
}

/** What the user wants to write down of this review. Its keys are letters, not answers. */
export function Notes({ text, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Field label={t('review.notes')} hint={t('review.notesHint')}>
      {(control) => (
        <textarea
          {...control}
          className="input"
          rows={2}
          maxLength={LONGEST}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
