// The real parts that `tools/with-parts mail postgres s3` started.

function told(name: string): string {
  const value = process.env[`RESTANTE_TEST_${name}`];
  if (!value) throw new Error(`RESTANTE_TEST_${name} is not set: run this inside \`tools/with-parts mail postgres s3 --\``);
  return value;
}

export const mail = {
  smtpPort: () => told('SMTP_PORT'),
  submissionPort: () => told('SUBMISSION_PORT'),
  imapPort: () => Number(told('IMAP_PORT')),
  ca: () => told('MAIL_CA'),
  user: () => told('MAIL_USER'),
  password: () => told('MAIL_PASSWORD'),
  /** The library that lets a program believe that it is another day. */
  clock: () => told('CLOCK'),
  /** Has a copy of every mail that passed. */
  archive: () => told('MAIL_ARCHIVE'),
};

export const postgres = {
  url: () => told('POSTGRES_URL'),
  program: (name: string) => `${told('POSTGRES_BIN')}/${name}`,
};

export const objects = {
  endpoint: () => told('S3_ENDPOINT'),
  region: () => told('S3_REGION'),
  accessKey: () => told('S3_ACCESS_KEY'),
  secretKey: () => told('S3_SECRET_KEY'),
};
