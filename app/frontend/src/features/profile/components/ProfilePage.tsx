import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/Loaded';
import { PageHeader } from '@/components/PageHeader';
import { profileQuery } from '../api/profile';
import { Appearance } from './Appearance';
import { ExportCard } from './ExportCard';
import { ProfileSettings } from './ProfileSettings';
import { TierCard } from './TierCard';

export function ProfilePage() {
  const { t } = useTranslation();
  const profile = useQuery(profileQuery);
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={t('profile.title')} {...(profile.data && { text: profile.data.email })} />
      <div className="space-y-5">
        <Loaded query={profile}>
          {(data) => (
            <>
              <TierCard tier={data.tier} />
              <ProfileSettings profile={data} />
              <ExportCard />
            </>
          )}
        </Loaded>
        <Appearance />
      </div>
    </div>
  );
}
