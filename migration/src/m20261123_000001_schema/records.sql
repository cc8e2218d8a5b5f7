CREATE TABLE notifications (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    recipient_id uuid NOT NULL,
    type notification_type NOT NULL,
    title varchar(255) NOT NULL,
    message text NOT NULL,
    data jsonb,
    is_read boolean NOT NULL DEFAULT false,
    read_at timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX notifications_recipient_id_idx ON notifications (recipient_id);
CREATE INDEX notifications_recipient_id_is_read_idx ON notifications (recipient_id, is_read);
CREATE INDEX notifications_created_at_idx ON notifications (created_at);

CREATE TABLE audit_logs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    actor_id uuid,
    actor_role user_role,
    action_type audit_action_type NOT NULL,
    resource_type varchar(100) NOT NULL,
    resource_id uuid,
    details jsonb,
    ip_address varchar(45),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id),
    CONSTRAINT audit_logs_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE SET NULL
);
CREATE INDEX audit_logs_actor_id_idx ON audit_logs (actor_id);
CREATE INDEX audit_logs_resource_id_idx ON audit_logs (resource_id);
CREATE INDEX audit_logs_created_at_idx ON audit_logs (created_at);
CREATE INDEX audit_logs_action_type_idx ON audit_logs (action_type);

-- What was recorded stays. Only the foreign key may forget an actor: its own update comes when the account is already
-- gone, which nobody else can bring about, and touches nothing else. The refusal carries a constraint's name, as every
-- other refusal of the schema does.
CREATE FUNCTION audit_logs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM users WHERE id = OLD.actor_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit_logs is append-only: % refused', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_logs_append_only', TABLE = 'audit_logs';
END
$$;
CREATE TRIGGER audit_logs_append_only_rows BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION audit_logs_append_only();
CREATE TRIGGER audit_logs_append_only_table BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_append_only();
