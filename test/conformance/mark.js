import { close } from 'sockfd/raw';

/** What lies between two of these is compared. */
export const mark = () => close(-4242);
