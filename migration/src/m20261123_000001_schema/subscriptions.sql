CREATE TABLE subscriptions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    tier subscription_tier NOT NULL DEFAULT 'FREEMIUM',
    storage_quota bigint NOT NULL DEFAULT 5368709120,
    storage_used bigint NOT NULL DEFAULT 0,
    expires_at timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT subscriptions_pkey PRIMARY KEY (id),
    CONSTRAINT subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT subscriptions_user_id_key UNIQUE (user_id),
    CONSTRAINT subscriptions_storage_quota_check CHECK (storage_quota > 0),
    CONSTRAINT subscriptions_storage_used_check CHECK (storage_used >= 0)
);
CREATE INDEX subscriptions_user_id_idx ON subscriptions (user_id);
CREATE INDEX subscriptions_tier_idx ON subscriptions (tier);
CREATE TRIGGER subscriptions_set_updated_at BEFORE UPDATE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE family_members (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    subscription_id uuid NOT NULL,
    member_id uuid NOT NULL,
    added_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT family_members_pkey PRIMARY KEY (id),
    CONSTRAINT family_members_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT family_members_member_id_fkey FOREIGN KEY (member_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT family_members_subscription_id_member_id_key UNIQUE (subscription_id, member_id)
);
CREATE INDEX family_members_subscription_id_idx ON family_members (subscription_id);
CREATE INDEX family_members_member_id_idx ON family_members (member_id);
